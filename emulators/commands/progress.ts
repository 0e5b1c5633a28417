import { SingleBar } from "cli-progress";

export interface Counts {
  readonly found: number;
  readonly stored: number;
  readonly loaded: number;
  readonly classified: number;
}

export interface Progress {
  update(counts: Counts): void;
  /** A line that is worth saying beside the progress. */
  say(line: string): void;
  stop(): void;
}

const everyMs = 1_000;

/** On stderr: a live bar on a terminal, a plain line a second otherwise. */
export function startProgress(): Progress {
  return process.stderr.isTTY ? bar() : lines();
}

const steps = ({ stored, loaded, classified }: Counts) => stored + loaded + classified;
const describe = ({ found, stored, loaded, classified }: Counts) =>
  `stored ${stored} of ${found}, loaded ${loaded}, classified ${classified}`;

function bar(): Progress {
  const live = new SingleBar({
    format: "{bar} {text}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
    clearOnComplete: false,
  });
  let last: Counts = { found: 0, stored: 0, loaded: 0, classified: 0 };
  live.start(1, 0, { text: "searching" });
  return {
    update(counts) {
      last = counts;
      live.setTotal(Math.max(1, counts.found * 3));
      live.update(Math.min(steps(counts), counts.found * 3), { text: describe(counts) });
    },
    say(line) {
      process.stderr.write(`\r\u001b[K${line}\n`);
      if (last.found > 0) live.update(steps(last));
    },
    stop: () => live.stop(),
  };
}

function lines(): Progress {
  let said = "";
  let last = 0;
  let counts: Counts | undefined;
  const say = () => {
    if (counts === undefined || describe(counts) === said) return;
    said = describe(counts);
    last = Date.now();
    process.stderr.write(`${said}\n`);
  };
  return {
    update(now) {
      counts = now;
      if (Date.now() - last >= everyMs) say();
    },
    say: (line) => process.stderr.write(`${line}\n`),
    stop: say,
  };
}
