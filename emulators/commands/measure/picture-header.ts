import type { Mark } from "vega";
import { clip } from "../table.ts";
import { ink, labelColour, value } from "./picture-style.ts";

/** What is written over the panels. */
export interface HeaderText {
  readonly title: string;
  /** Length, format, levels. */
  readonly facts: string;
  readonly label: string | null;
  /** The label with its score, or that there is none. */
  readonly badge: string;
  /** Why, in words; a line each. */
  readonly reasons: readonly string[];
}

const margin = 24;
const lineHeight = 20;

export const headerHeight = ({ reasons }: HeaderText) => 84 + lineHeight * reasons.length;

/** Name, facts and reasons at the left, the label in its colour at the right. */
export function header({ title, facts, label, badge, reasons }: HeaderText, width: number): Mark[] {
  const badgeWidth = 30 + 8.4 * badge.length;
  const badgeX = width - margin - badgeWidth;
  const line = (text: string, y: number, size: number, room: number, style: object): Mark => ({
    type: "text",
    encode: {
      enter: {
        text: value(clip(text, room / (0.55 * size))),
        x: value(margin),
        y: value(y),
        baseline: value("middle"),
        fontSize: value(size),
        ...style,
      },
    },
  });
  return [
    line(title, 36, 22, badgeX - 2 * margin, { fontWeight: value(600) }),
    line(facts, 66, 14, width - 2 * margin, { fill: value(ink.quiet) }),
    ...reasons.map((reason, i) => line(reason, 90 + lineHeight * i, 14, width - 2 * margin, {})),
    {
      type: "rect",
      encode: {
        enter: {
          x: value(badgeX),
          y: value(19),
          width: value(badgeWidth),
          height: value(34),
          cornerRadius: value(17),
          fill: value(labelColour(label)),
        },
      },
    },
    {
      type: "text",
      encode: {
        enter: {
          text: value(badge),
          x: value(badgeX + badgeWidth / 2),
          y: value(36.5),
          align: value("center"),
          baseline: value("middle"),
          fontSize: value(15),
          fontWeight: value(600),
          fill: value("white"),
        },
      },
    },
  ];
}
