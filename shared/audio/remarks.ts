import type { Scorecard } from "./scorecard.ts";

/** Speech that is fainter than this is hardly heard where others are well. */
const quietDbov = -50;
const largeOffset = 0.02;

/**
 * What a person should know of a recording and what does not lower its score: it can be mended without loss, or says
 * where the recording comes from.
 */
export function remarks(card: Scorecard): string[] {
  const { activeSpeechLevelDbov, bandwidthHz, sampleRate, dcOffset, channels } = card;
  const found: string[] = [];
  if (activeSpeechLevelDbov < quietDbov)
    found.push(`very quiet: speech at ${activeSpeechLevelDbov.toFixed(0)} dBov`);
  if (channels.silentChannels.length > 0)
    found.push(
      `silent channel: ${channels.silentChannels.map((channel) => channel + 1).join(", ")}`,
    );
  if (card.upsampled && bandwidthHz !== null)
    found.push(
      `upsampled: ${kHz(bandwidthHz)} kHz of the ${kHz(sampleRate / 2)} that its sample rate could hold`,
    );
  if (Math.abs(dcOffset) > largeOffset)
    found.push(`DC offset: ${(100 * dcOffset).toFixed(0)} % of full scale`);
  return found;
}

const kHz = (hertz: number) => (hertz / 1000).toFixed(1);
