import type { GroupMark } from "vega";
import type { Column } from "./envelope.ts";
import { across, axisTitleX, group, ink, type Place, upwards, value } from "./picture-style.ts";

/** The outline of a channel: its extremes, and its root mean square within them. */
export function waveformPanel(
  columns: readonly Column[],
  { durationSeconds, limit }: { durationSeconds: number; limit: number },
  place: Place,
  { title, channel }: { title: string | null; channel: string | null },
): GroupMark {
  const points = columns.map(({ low, high, rms }, i) => ({
    time: ((i + 0.5) * durationSeconds) / columns.length,
    low,
    high,
    rms,
    minusRms: -rms,
  }));
  return {
    ...group(place),
    ...(title === null ? {} : { title }),
    data: [{ name: "columns", values: points }],
    scales: [
      { name: "time", type: "linear", domain: [0, durationSeconds], range: across(place) },
      { name: "amplitude", type: "linear", domain: [-limit, limit], range: upwards(place) },
    ],
    axes: [
      {
        scale: "amplitude",
        orient: "left",
        // Where panels are low, the numbers of two of them would touch.
        values: place.height < 90 ? [0, limit] : [-limit, 0, limit],
        grid: true,
        gridScale: "time",
        format: "~g",
        title: channel ?? "amplitude",
        titleX: axisTitleX,
      },
    ],
    marks: [area("low", "high", ink.peaks), area("minusRms", "rms", ink.rms)],
  };
}

/** The surface between two fields of a column. */
const area = (from: string, to: string, fill: string) => ({
  type: "area" as const,
  from: { data: "columns" },
  clip: true,
  encode: {
    enter: {
      x: { scale: "time", field: "time" },
      y: { scale: "amplitude", field: to },
      y2: { scale: "amplitude", field: from },
      fill: value(fill),
      stroke: value(fill), // a column of no height is still a line
      strokeWidth: value(0.75),
    },
  },
});

const roundLimits = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** Where the axis ends: full scale, or less for a recording so quiet that nothing would be seen. */
export function amplitudeLimit(waveforms: readonly (readonly Column[])[]): number {
  let peak = 0;
  for (const columns of waveforms)
    for (const { low, high } of columns) peak = Math.max(peak, -low, high);
  if (peak === 0 || (peak > 0.25 && peak <= 1.2)) return 1;
  return roundLimits.find((limit) => limit >= peak) ?? peak;
}
