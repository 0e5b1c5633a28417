import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { AudioReading } from "#shared/audio/read.ts";
import { defaultAudioLimits } from "#shared/audio/read.ts";
import { UsageError } from "../cli.ts";
import type { Row } from "../query.ts";
import { toCell } from "../table.ts";
import { readPictureData } from "./picture-data.ts";
import { type PictureText, toSpec } from "./picture-spec.ts";
import { toPng, toSvg } from "./picture.ts";

/** Draws what was measured of a file into `target`, a PNG or an SVG by its name. */
export async function plot(
  file: string,
  reading: AudioReading,
  row: Row,
  target: string,
): Promise<void> {
  const frames = Math.round(reading.durationSeconds * reading.sampleRate);
  const data = await readPictureData(await readFile(file), frames, defaultAudioLimits);
  const svg = await toSvg(toSpec(data, toText(file, reading, row)));
  const picture = target.toLowerCase().endsWith(".svg") ? svg : toPng(svg);
  await writeFile(target, picture).catch((cause: unknown) => {
    throw new UsageError(`${target} cannot be written: is the folder yours to write to?`, {
      cause,
    });
  });
}

function toText(file: string, reading: AudioReading, row: Row): PictureText {
  const { measures: card } = reading;
  const label = row["label"] === null ? null : toCell(row["label"] ?? null);
  const score = Number(row["qualityScore"]);
  return {
    title: basename(file),
    facts: factsOf(reading),
    label,
    badge: label === null ? "not rated" : `${label} ${score.toFixed(2)}`,
    reasons: reasonsOf(row),
    bandwidthHz: card?.bandwidthHz ?? null,
    levels: {
      activeSpeechDbov: card?.truePeakDbtp === null ? null : (card?.activeSpeechLevelDbov ?? null),
      noiseFloorDbov: card?.contrast?.noiseFloorDbov ?? null,
    },
  };
}

/** The label's reasons, a line each; of a flawless recording that there is none. */
function reasonsOf(row: Row): string[] {
  const reasons = [row["labelReasons"] ?? []].flat().map(toCell);
  if (row["unratedReason"]) return [`not rated: ${toCell(row["unratedReason"])}`];
  return reasons.length > 0 ? reasons : ["nothing found that lowers its quality"];
}

function factsOf({ durationSeconds, codec, sampleRate, channels, measures: card }: AudioReading) {
  const length =
    durationSeconds < 60
      ? `${durationSeconds.toFixed(2)} s`
      : `${Math.floor(durationSeconds / 60)} min ${Math.floor(durationSeconds % 60)} s`;
  const speakers = ["mono", "stereo"][channels - 1] ?? `${channels} channels`;
  const facts = [length, codec, `${sampleRate / 1000} kHz`, speakers];
  if (card?.loudnessLufs != null) facts.push(`${card.loudnessLufs.toFixed(1)} LUFS`);
  if (card?.truePeakDbtp != null) facts.push(`true peak ${card.truePeakDbtp.toFixed(1)} dBTP`);
  if (card?.speechProbability != null)
    facts.push(`speech probability ${card.speechProbability.toFixed(2)}`);
  if (card?.upsampled) facts.push("upsampled");
  if (card?.channels.isDualMono) facts.push("both channels the same");
  if (card?.channels.isInverted) facts.push("one channel inverted");
  if (card !== undefined && card.channels.silentChannels.length > 0)
    facts.push(
      `silent channel ${card.channels.silentChannels.map((channel) => channel + 1).join(", ")}`,
    );
  return facts.join("  ·  ").replaceAll("-", "−");
}
