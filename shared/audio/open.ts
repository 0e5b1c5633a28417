import type { AudioStream } from "./audio-stream.ts";
import { ascii } from "./bytes.ts";
import { openAiff } from "./containers/aiff.ts";
import { openFlac } from "./containers/flac.ts";
import { skipId3 } from "./containers/id3.ts";
import { openMp3 } from "./containers/mp3.ts";
import { openOgg } from "./containers/ogg.ts";
import { openWav } from "./containers/wav.ts";
import { rejection } from "./rejection.ts";

/** Other formats one meets, by their first bytes: [offset, magic, name]. */
const unread = [
  [4, "ftyp", "MP4/M4A"], [0, "\u001aE\u00df\u00a3", "Matroska/WebM"], [0, "caff", "CAF"], [0, ".snd", "AU"],
  [0, "riff\u002e\u0091\u00cf\u0011", "Wave64"], [0, "RIFX", "big-endian WAV"], [0, "#!AMR", "AMR"], [0, "wvpk", "WavPack"],
  [0, "MAC ", "Monkey's Audio"], [0, "0&\u00b2u\u008ef\u00cf\u0011", "WMA/ASF"], [0, "MThd", "MIDI"], [0, "TTA1", "True Audio"],
  [0, "FORM", "IFF that is not AIFF"], [0, "RIFF", "RIFF that is not WAVE"], [0, "DSD ", "DSF"], [0, "ADIF", "AAC"],
] as const; // prettier-ignore

/**
 * Finds out by content alone what a file is, and reads its headers. Nothing is decoded yet.
 * @throws PermanentError `empty`, `not-audio`, `unsupported-…`, `malformed-header`, `no-samples`, `mixed-streams`
 */
export function openAudio(bytes: Uint8Array): AudioStream {
  if (bytes.length === 0) throw rejection("empty", "The file is empty.");
  const magic = ascii(bytes, 0);
  const kind = ascii(bytes, 8);
  if ((magic === "RIFF" || magic === "RF64" || magic === "BW64") && kind === "WAVE")
    return openWav(bytes);
  if (magic === "FORM" && (kind === "AIFF" || kind === "AIFC")) return openAiff(bytes);
  if (magic === "OggS") return openOgg(bytes);

  const start = skipId3(bytes);
  if (ascii(bytes, start) === "fLaC") return openFlac(bytes, start);
  const name = unread.find(([at, text]) => ascii(bytes, at, text.length) === text)?.[2];
  if (name)
    throw rejection(
      "unsupported-container",
      `This is a ${name} file. Read are MP3, WAV, Ogg, FLAC and AIFF.`,
    );
  const mp3 = openMp3(bytes, start);
  if (mp3) return mp3;
  throw rejection(
    "not-audio",
    "No audio was found in the file. Read are MP3, WAV, Ogg (Vorbis, Opus, FLAC), FLAC and AIFF.",
  );
}
