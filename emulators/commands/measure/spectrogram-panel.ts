import type { GroupMark, Mark } from "vega";
import type { PictureData } from "./picture-data.ts";
import {
  across,
  axisTitleX,
  group,
  lineName,
  type Place,
  upwards,
  value,
} from "./picture-style.ts";
import { colours, toImage } from "./spectrogram-image.ts";
import { rangeDb } from "./spectrogram.ts";
import { timeAxis } from "./time-axis.ts";

/** The spectrogram with the scale of its colours, and a line at the bandwidth where one is known. */
export function spectrogramPanel(
  { durationSeconds, sampleRate, spectrogram }: PictureData,
  bandwidthHz: number | null,
  place: Place,
): GroupMark {
  const topKHz = sampleRate / 2000;
  return {
    ...group(place),
    title: "Spectrogram",
    scales: [
      { name: "time", type: "linear", domain: [0, durationSeconds], range: across(place) },
      { name: "frequency", type: "linear", domain: [0, topKHz], range: upwards(place) },
      {
        name: "power",
        type: "linear",
        domain: [rangeDb, 0],
        range: { scheme: colours },
      },
    ],
    axes: [
      timeAxis(durationSeconds, "time"),
      {
        scale: "frequency",
        orient: "left",
        title: "frequency (kHz)",
        titleX: axisTitleX,
        tickCount: 6,
      },
    ],
    legends: [
      {
        fill: "power",
        type: "gradient",
        orient: "none",
        legendX: place.width + 18,
        legendY: 0,
        gradientLength: place.height - 22,
        gradientThickness: 12,
        title: "dB",
        titlePadding: 8,
        tickCount: 5,
      },
    ],
    marks: [
      {
        type: "image",
        encode: {
          enter: {
            url: value(toImage(spectrogram)),
            x: value(0),
            y: value(0),
            width: value(place.width),
            height: value(place.height),
            aspect: value(false),
          },
        },
      },
      ...(bandwidthHz === null ? [] : bandwidthLine(bandwidthHz / 1000, topKHz, place.width)),
    ],
  };
}

/** A dashed line over a dark one, so that it shows on every colour, and its name where there is room. */
function bandwidthLine(kHz: number, topKHz: number, width: number): Mark[] {
  const rule = (style: object): Mark => ({
    type: "rule",
    encode: {
      enter: {
        x: value(0),
        x2: value(width),
        y: { scale: "frequency", value: kHz },
        ...style,
      },
    },
  });
  const isHigh = kHz > 0.9 * topKHz;
  return [
    rule({ stroke: value("black"), strokeWidth: value(3), strokeOpacity: value(0.45) }),
    rule({ stroke: value("white"), strokeWidth: value(1.5), strokeDash: value([7, 4]) }),
    ...lineName(
      `bandwidth ${kHz.toFixed(1)} kHz`,
      { x: value(width - 10), y: { scale: "frequency", value: kHz, offset: isHigh ? 12 : -11 } },
      { fill: "white", outline: "black" },
    ),
  ];
}
