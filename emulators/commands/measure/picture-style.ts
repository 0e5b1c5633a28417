import type { Config, GroupMark, Mark, TextEncodeEntry } from "vega";

/** Where a panel lies, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const value = <const T>(constant: T) => ({ value: constant });

/** The names of all vertical axes stand in one line, whatever the width of the numbers. */
export const axisTitleX = -54;

/** Ranges of scales that fill a panel: Vega's own names for them mean the whole picture. */
export const across = ({ width }: Place): [number, number] => [0, width];
export const upwards = ({ height }: Place): [number, number] => [height, 0];

/** A panel in its place, with a thin frame. */
export const group = ({ x, y, width, height }: Place): GroupMark => ({
  type: "group",
  encode: {
    enter: {
      x: value(x),
      y: value(y),
      width: value(width),
      height: value(height),
      stroke: value(ink.frame),
      strokeWidth: value(0.5),
    },
  },
});

/** Colours that differ for every kind of colour vision: Okabe and Ito, https://jfly.uni-koeln.de/color/ */
export const ink = {
  text: "#1f2933",
  quiet: "#616e7c",
  grid: "#dde2e8",
  frame: "#9aa5b1",
  peaks: "#9ccbe8",
  rms: "#0072b2",
  active: "#d55e00",
  noise: "#009e73",
} as const;

const labels: Readonly<Record<string, string>> = {
  Excellent: "#00735a",
  Good: "#0072b2",
  Fair: "#9a6700",
  Poor: "#b84a00",
};
/** White text is readable on each of them. */
export const labelColour = (label: string | null) => labels[label ?? ""] ?? "#616e7c";

const font = "Inter, Helvetica, Arial, sans-serif";

const lettering = {
  labelFont: font,
  titleFont: font,
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: "normal",
  labelColor: ink.quiet,
  titleColor: ink.quiet,
} as const;

export const config: Config = {
  background: "white",
  text: { font, fill: ink.text },
  axis: { ...lettering, gridColor: ink.grid, domainColor: ink.frame, tickColor: ink.frame },
  legend: lettering,
  title: {
    font,
    fontSize: 13,
    fontWeight: 600,
    color: ink.text,
    anchor: "start",
    frame: "group",
    offset: 8,
  },
};

/** A name at the right end of a line, with an outline so that it can be read on whatever lies below. */
export function lineName(
  text: string,
  place: Pick<TextEncodeEntry, "x" | "y">,
  { fill, outline }: { fill: string; outline: string },
): Mark[] {
  const mark = (style: TextEncodeEntry): Mark => ({
    type: "text",
    encode: {
      enter: {
        text: value(text),
        align: value("right"),
        baseline: value("middle"),
        fontSize: value(13),
        fontWeight: value(600),
        ...place,
        ...style,
      },
    },
  });
  return [
    mark({ stroke: value(outline), strokeWidth: value(4), strokeOpacity: value(0.7) }),
    mark({ fill: value(fill) }),
  ];
}
