import { arrayOf, STRING } from "../analyze/types.ts";
import { internalUdf } from "./define.ts";
import { decimal, float, integer, pad } from "./format-digits.ts";
import { parseJson, prettyJson, printJson } from "./json-text.ts";

/**
 * An argument of FORMAT as text: its kind (`I` integer, `F` double, `N` decimal, `S` string, `B` bytes, `J` JSON, `O` other),
 * whether it is NULL, its text (`%t`) and its literal (`%T`), joined by U+0001.
 */
interface Arg {
  readonly kind: string;
  readonly isNull: boolean;
  readonly text: string;
  readonly literal: string;
}

const specifier =
  /%(?<flags>[-+ #0']*)(?<width>\*|\d+)?(?:\.(?<precision>\*|\d*))?(?<type>[diouxXfFeEgGsptTP%])/y;

internalUdf(
  "format",
  [STRING, arrayOf(STRING)],
  STRING,
  (format: string, encoded: readonly string[]) => {
    const args = encoded.map((item): Arg => {
      const [kind = "", isNull = "", text = "", literal = ""] = item.split("\u0001");
      return { kind, isNull: isNull === "1", text, literal };
    });
    return formatAll(format, args);
  },
  {},
  "gsql_format",
);

function formatAll(format: string, args: readonly Arg[]): string | null {
  let next = 0;
  let out = "";
  let anyNull = false;
  const take = (): Arg => {
    const arg = args[next];
    next += 1;
    if (arg === undefined)
      throw new Error(
        `Too few arguments to FORMAT for pattern "${format}"; Expected at least ${next + 1}; Got ${args.length + 1}`,
      );
    return arg;
  };
  const size = (): number | undefined => {
    const arg = take();
    if (arg.kind !== "I") throw new Error("FORMAT width or precision must be an integer");
    if (arg.isNull) anyNull = true;
    return arg.isNull ? undefined : Number(arg.text);
  };
  for (let i = 0; i < format.length;) {
    const char = format.charAt(i);
    if (char !== "%") {
      out += char;
      i += 1;
      continue;
    }
    specifier.lastIndex = i;
    const groups = specifier.exec(format)?.groups;
    if (groups === undefined)
      throw new Error(`Invalid format specifier character in FORMAT string: "${format}"`);
    i = specifier.lastIndex;
    const type = groups["type"] ?? "";
    if (type === "%") {
      if (groups["flags"] !== "" || groups["width"] !== undefined)
        throw new Error(`Invalid FORMAT string: "${format}"`);
      out += "%";
      continue;
    }
    let flags = groups["flags"] ?? "";
    let width =
      groups["width"] === "*"
        ? size()
        : groups["width"] === undefined
          ? undefined
          : Number(groups["width"]);
    if (width !== undefined && width < 0) {
      flags += "-";
      width = -width;
    }
    const precisionText = groups["precision"];
    const precision =
      precisionText === "*"
        ? size()
        : precisionText === undefined
          ? undefined
          : Number(precisionText);
    const arg = take();
    if (arg.isNull && !/[tT]/.test(type)) anyNull = true;
    else
      out += formatOne(
        type,
        flags,
        width ?? 0,
        precision !== undefined && precision < 0 ? undefined : precision,
        arg,
      );
  }
  if (next < args.length)
    throw new Error(
      `Too many arguments to FORMAT for pattern "${format}"; Expected ${next + 1}; Got ${args.length + 1}`,
    );
  return anyNull ? null : out;
}

function formatOne(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  arg: Arg,
): string {
  if (type === "t" || type === "T")
    return pad(cut(type === "t" ? arg.text : arg.literal, precision), flags, width, false);
  if (type === "s") {
    if (arg.kind !== "S" && arg.kind !== "B") throw mismatch(type, arg);
    return pad(cut(arg.text, precision), flags, width, false);
  }
  if (type === "p" || type === "P") {
    if (arg.kind !== "J") throw mismatch(type, arg);
    return pad(
      type === "p" ? printJson(parseJson(arg.text)) : prettyJson(parseJson(arg.text)),
      flags,
      width,
      false,
    );
  }
  if (/[dioxXu]/.test(type)) {
    if (arg.kind !== "I") throw mismatch(type, arg);
    return integer(type, flags, width, precision, arg.text);
  }
  if (arg.kind === "N") return decimal(type, flags, width, precision, arg.text);
  if (arg.kind !== "F") throw mismatch(type, arg);
  return float(type, flags, width, precision, Number(arg.text.replace(/^(-?)inf$/, "$1Infinity")));
}

const mismatch = (type: string, { kind }: Arg) =>
  new Error(
    `Invalid type for argument to FORMAT; %${type} does not take an argument of kind ${kind}`,
  );
const cut = (text: string, precision: number | undefined) =>
  precision === undefined ? text : Array.from(text).slice(0, precision).join("");
