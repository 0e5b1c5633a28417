import { MATCH_THRESHOLD, PesqError, pesq } from "#shared/pesq/index.ts";
import { vectors } from "../unit/pesq/pairs.ts";
import { makeTrials } from "./pesq-trials.ts";

interface Tried {
  readonly related: boolean;
  readonly family: string;
  readonly name: string;
  readonly correlation: number;
}

/**
 * How well `match` tells pairs from strangers, on a folder of pairs:
 * `EARMARK_PESQ_VECTORS=FOLDER npm run bench -- pesq-match`. It takes about ten minutes;
 * `EARMARK_PESQ_EVERY=10` takes every tenth trial.
 */
export async function bench(): Promise<void> {
  if (!vectors) throw new Error("set EARMARK_PESQ_VECTORS to a folder of pairs with manifest.json");
  const every = Number(process.env["EARMARK_PESQ_EVERY"] ?? 1);
  if (!Number.isInteger(every) || every < 1)
    throw new Error("EARMARK_PESQ_EVERY is a whole number from 1");
  const tried: Tried[] = [];
  let k = 0;
  let unscored = 0;
  for await (const { related, family, name, reference, degraded, options } of makeTrials(vectors)) {
    if (k++ % every !== 0) continue;
    try {
      const { correlation } = pesq(reference, degraded, options).match;
      tried.push({ related, family, name, correlation });
    } catch (error) {
      if (!(error instanceof PesqError)) throw error;
      unscored++;
    }
  }
  console.log("pairs        family                       trials   wrong   least   median   most");
  for (const related of [true, false]) {
    const side = tried.filter((one) => one.related === related);
    for (const [family, group] of Map.groupBy(side, (one) => one.family))
      report(related, family, group);
    report(related, "all", side);
  }
  for (const threshold of [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]) {
    const [refused, accepted] = [true, false].map((related) => {
      const side = tried.filter((one) => one.related === related);
      const wrong = side.filter(({ correlation }) => correlation >= threshold !== related);
      return `${wrong.length} of ${side.length}`;
    });
    console.log(
      `at a threshold of ${threshold}: ${refused} true refused, ${accepted} unrelated accepted`,
    );
  }
  console.log(`threshold ${MATCH_THRESHOLD}; ${unscored} trials have no score`);
}

function report(related: boolean, family: string, group: readonly Tried[]): void {
  const sorted = group.toSorted((a, b) => a.correlation - b.correlation);
  const wrong = sorted.filter(({ correlation }) => correlation >= MATCH_THRESHOLD !== related);
  const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((i) =>
    sorted[i].correlation.toFixed(2),
  );
  console.log(
    `${related ? "true     " : "unrelated"}    ${family.padEnd(28)} ${String(group.length).padStart(6)} ${String(wrong.length).padStart(7)}    ${least}     ${median}   ${most}`,
  );
  if (family === "all")
    for (const { name, family, correlation } of wrong)
      console.log(`  wrong: ${family}: ${name} ${correlation.toFixed(3)}`);
}
