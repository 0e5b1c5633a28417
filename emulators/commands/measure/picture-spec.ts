import type { Spec } from "vega";
import { histogramPanel, type LevelMarks } from "./histogram-panel.ts";
import type { PictureData } from "./picture-data.ts";
import { header, headerHeight, type HeaderText } from "./picture-header.ts";
import { config } from "./picture-style.ts";
import { spectrogramPanel } from "./spectrogram-panel.ts";
import { amplitudeLimit, waveformPanel } from "./waveform-panel.ts";

export interface PictureText extends HeaderText {
  readonly bandwidthHz: number | null;
  readonly levels: LevelMarks;
}

export const pictureWidth = 1200;
const left = { x: 76, width: 784 };
const right = { x: 1002, width: 174 };
const spectrogramHeight = 300;
/** Room for the title of a panel, and for the names on an axis. */
const room = { above: 38, below: 58, between: 10 };
const channelHeights = [150, 100, 70];
const leastChannelHeight = 50;

/** The picture of a recording as Vega draws it: waveforms over a spectrogram, and how loud it is how often. */
export function toSpec(data: PictureData, text: PictureText): Spec {
  const { waveforms, durationSeconds, levels } = data;
  const waveHeight = channelHeights[waveforms.length - 1] ?? leastChannelHeight;
  const top = headerHeight(text) + room.above;
  const spectrogramTop = top + waveforms.length * (waveHeight + room.between) + room.above;
  const bottom = spectrogramTop + spectrogramHeight;
  const axis = { durationSeconds, limit: amplitudeLimit(waveforms) };
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: pictureWidth,
    height: bottom + room.below,
    padding: 0,
    autosize: "none",
    config,
    marks: [
      ...header(text, pictureWidth),
      ...waveforms.map((columns, i) =>
        waveformPanel(
          columns,
          axis,
          { ...left, y: top + i * (waveHeight + room.between), height: waveHeight },
          {
            title: i === 0 ? "Waveform: peaks, and root mean square" : null,
            channel: nameOf(i, waveforms.length),
          },
        ),
      ),
      spectrogramPanel(data, text.bandwidthHz, {
        ...left,
        y: spectrogramTop,
        height: spectrogramHeight,
      }),
      histogramPanel(levels, text.levels, { ...right, y: top, height: bottom - top }),
    ],
  };
}

function nameOf(channel: number, channels: number): string | null {
  if (channels === 1) return null;
  return channels === 2 ? (channel === 0 ? "left" : "right") : String(channel + 1);
}
