import { limitsOf } from "./limits.ts";
import { costOf, type Scale, totalOf } from "./model.ts";
import { airflow, pricesAsOf, standing } from "./prices.ts";

/** The recordings come in as fast as the slowest part lets them, in whole months of free amounts. */
export function answer(recordings: number, seconds: number, referenceShare: number) {
  const once: Scale = { recordings, seconds, referenceShare, months: 1 };
  const limits = limitsOf(once);
  const days = limits[0]?.days ?? 0;
  const cost = costOf({ ...once, months: Math.max(1, Math.ceil(days / 30)) });
  const hours = (recordings * seconds) / 3600;
  const total = totalOf(cost.process);
  return {
    recordings,
    hours,
    days,
    ...cost,
    per1000Hours: (total / hours) * 1000,
    perMillion: (total / recordings) * 1e6,
    limits,
  };
}

/** The answers as text for a person. */
export function describe(answers: readonly ReturnType<typeof answer>[]): string {
  const lines = [
    `US dollars, list prices of ${pricesAsOf}, free amounts taken off; see emulators/commands/cost/`,
    "",
  ];
  for (const each of answers) {
    const { recordings, hours, days, limits } = each;
    lines.push(
      `${count(recordings)} recordings, ${count(hours)} hours, in at least ${count(days)} days`,
    );
    lines.push(
      ...table("to process them once", each.process),
      ...table("to keep them, a month", each.keep),
    );
    lines.push(
      `  ${usd(each.per1000Hours)} per 1,000 hours of audio, ${usd(each.perMillion)} per million sounds, once`,
    );
    const [first] = limits;
    lines.push("  what it takes at least, in days, with the settings of a new deployment");
    for (const limit of limits) lines.push(`    ${count(limit.days).padStart(8)}  ${limit.name}`);
    if (first !== undefined) lines.push(`  the first binds; to change it: ${first.change}`);
    lines.push("");
  }
  lines.push(
    `With nothing to do: ${usd(totalOf(standing))} a month. Stacks that run all the time, a month:`,
  );
  for (const [name, cost] of Object.entries(airflow))
    lines.push(`  ${name.padEnd(52)} ${usd(cost).padStart(12)}`);
  return `${lines.join("\n")}\n`;
}

const table = (title: string, costs: Readonly<Record<string, number>>) => [
  `  ${title.padEnd(34)} ${usd(totalOf(costs)).padStart(14)}`,
  ...Object.entries(costs).map(
    ([name, cost]) => `    ${name.padEnd(32)} ${usd(cost).padStart(14)}`,
  ),
];

const usd = (amount: number) =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const count = (amount: number) =>
  amount.toLocaleString("en-US", { maximumFractionDigits: amount < 10 ? 2 : 0 });
