import { readFileSync } from "node:fs";

/**
 * Most memory that this process has had, in MiB. On Linux from its own status: `maxRSS` there begins with what the
 * parent had when it forked.
 */
export function peakMemoryMiB(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const [, kib = "0"] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kib) / 1024;
}
