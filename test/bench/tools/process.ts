import { readdir, readFile } from "node:fs/promises";

/** CPU milliseconds of all threads of a process so far (Linux: https://docs.kernel.org/scheduler/sched-stats.html). */
export async function cpuMsOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((id) => readFile(`/proc/${pid}/task/${id}/schedstat`, "utf8")),
  );
  return times.reduce((sum, line) => sum + Number(line.split(" ", 1)[0]) / 1e6, 0);
}

/** CPU milliseconds of a process and of the threads that it has ended, in steps of 10 ms (Linux: proc_pid_stat(5)). */
export async function totalCpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The most memory that a process has had, in MiB (Linux: proc_pid_status(5)). */
export async function peakMibOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
