/** Reads the hostile files that come as far as being decoded, as a function does, and prints the process's peak memory: run by read.test.ts. */
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { hostileFiles } from "./hostile.ts";

/** Bombs go off slowly on a small machine; what they take in memory shows in the first seconds. */
const limits = { ...defaultAudioLimits, decodeTimeoutMs: 3000 };

const decoded = new Set(["too-long", "whole", "truncated", "implausible-samples", "mixed-streams"]);

let files = 0;
for (const { bytes } of hostileFiles.filter(({ outcome }) => decoded.has(outcome))) {
  await readAudio(bytes(), { limits, resampleTo: "auto" }).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === "PermanentError")) throw error;
  });
  files++;
}
console.log(JSON.stringify({ files, peakMb: process.resourceUsage().maxRSS / 1024 }));
