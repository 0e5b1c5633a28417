import { encode, type IndexedColors } from "fast-png";
import { scheme } from "vega";
import { type Levels, rangeDb } from "./spectrogram.ts";

/** Rises evenly in brightness, for every kind of colour vision: https://bids.github.io/colormap/ */
export const colours = "viridis";

/** A spectrogram as a PNG in a `data:` address, one pixel a value, in 256 colours. */
export function toImage({ columns, rows, decibels }: Levels): string {
  const data = Uint8Array.from(decibels, (level) => Math.round(255 * (1 - level / rangeDb)));
  const png = encode({
    width: columns,
    height: rows,
    data,
    depth: 8,
    channels: 1,
    palette: palette(),
  });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

function palette(): IndexedColors {
  const interpolate: unknown = scheme(colours);
  if (typeof interpolate !== "function") throw new Error(`vega has no colours "${colours}"`);
  return Array.from({ length: 256 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] =
      String(interpolate(i / 255))
        .match(/\d+/g)
        ?.map(Number) ?? [];
    return [red, green, blue];
  });
}
