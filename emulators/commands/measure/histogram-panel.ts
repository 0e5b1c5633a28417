import type { GroupMark, Mark } from "vega";
import { floorDbov, type LevelBin } from "./level-histogram.ts";
import {
  across,
  axisTitleX,
  group,
  ink,
  lineName,
  type Place,
  upwards,
  value,
} from "./picture-style.ts";

/** Levels that are marked in the histogram, in dBov. */
export interface LevelMarks {
  readonly activeSpeechDbov: number | null;
  readonly noiseFloorDbov: number | null;
}

/** How loud the recording is how often, with the levels of speech and of the noise between. */
export function histogramPanel(
  bins: readonly LevelBin[],
  { activeSpeechDbov, noiseFloorDbov }: LevelMarks,
  place: Place,
): GroupMark {
  return {
    ...group(place),
    title: "Levels",
    data: [{ name: "bins", values: [...bins] }],
    scales: [
      {
        name: "share",
        type: "linear",
        domain: { data: "bins", field: "percent" },
        range: across(place),
        nice: true,
        zero: true,
      },
      { name: "level", type: "linear", domain: [floorDbov, 0], range: upwards(place) },
    ],
    axes: [
      { scale: "share", orient: "bottom", title: "time (%)", tickCount: 3 },
      {
        scale: "level",
        orient: "left",
        title: "level of 20 ms (dBov)",
        titleX: axisTitleX,
        tickCount: 10,
        grid: true,
        gridScale: "share",
      },
    ],
    marks: [
      {
        type: "rect",
        from: { data: "bins" },
        encode: {
          enter: {
            x: value(0),
            x2: { scale: "share", field: "percent" },
            y: { scale: "level", field: "from", offset: -0.5 },
            y2: { scale: "level", field: "to", offset: 0.5 },
            fill: value(ink.peaks),
          },
        },
      },
      ...levelLine("speech", activeSpeechDbov, ink.active, place.width),
      ...levelLine("noise", noiseFloorDbov, ink.noise, place.width),
    ],
  };
}

function levelLine(name: string, dbov: number | null, colour: string, width: number): Mark[] {
  if (dbov === null || dbov < floorDbov || dbov > 0) return [];
  const y = { scale: "level", value: dbov };
  return [
    {
      type: "rule",
      encode: {
        enter: { x: value(0), x2: value(width), y, stroke: value(colour), strokeWidth: value(2) },
      },
    },
    ...lineName(
      `${name} ${dbov.toFixed(0)}`.replace("-", "−"),
      { x: value(width - 6), y: { ...y, offset: -10 } },
      { fill: colour, outline: "white" },
    ),
  ];
}
