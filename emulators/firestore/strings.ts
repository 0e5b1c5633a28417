/** Compares by the bytes of UTF-8, Firestore's order; UTF-16 differs where surrogate pairs meet U+E000–U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** A surrogate stands for a code point over U+FFFF, so it sorts after every other code unit. */
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** Compares slash-separated paths segment by segment; numeric ids (`__id7__`) come before all others. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const order = compareIds(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const numericId = /^__id(-?\d+)__$/;

function compareIds(a: string, b: string): number {
  if (!a.startsWith("__id") && !b.startsWith("__id")) return compareUtf8(a, b);
  const left = numericId.exec(a)?.[1];
  const right = numericId.exec(b)?.[1];
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    return right !== undefined ? 1 : compareUtf8(a, b);
  }
  const difference = BigInt(left) - BigInt(right);
  return difference < 0n ? -1 : Number(difference > 0n);
}
