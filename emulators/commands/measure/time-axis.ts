import type { Axis } from "vega";

const steps = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
]; // prettier-ignore
const mostTicks = 10;

/** An axis of time with round steps: in seconds, or from two minutes on in minutes or hours. */
export function timeAxis(durationSeconds: number, scale: string): Axis {
  const step = steps.find((each) => durationSeconds / each <= mostTicks) ?? steps.at(-1) ?? 1;
  const values = Array.from({ length: Math.floor(durationSeconds / step + 1e-9) + 1 }, (_, i) =>
    Number((i * step).toFixed(3)),
  );
  const [unit, text] =
    durationSeconds < 120
      ? ["s", "datum.value"]
      : durationSeconds < 3600
        ? ["min:s", `${minutes} + ':' + ${seconds}`]
        : [
            "h:min:s",
            `floor(datum.value / 3600) + ':' + ${padded(`${minutes} % 60`)} + ':' + ${seconds}`,
          ];
  return {
    scale,
    orient: "bottom",
    values,
    title: `time (${unit})`,
    encode: { labels: { update: { text: { signal: text } } } },
  };
}

const padded = (expression: string) => `pad(${expression}, 2, '0', 'left')`;
const minutes = "floor(datum.value / 60)";
const seconds = padded("datum.value % 60");
