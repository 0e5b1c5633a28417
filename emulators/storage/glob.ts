import { invalid } from "./errors.ts";

/**
 * The regular expression of a `matchGlob`: `*` and `?` stay within a folder, `**` crosses
 * folders wherever it stands (unlike in shells), `[abc]`, `[a-z]`, `[^abc]`, `{one,two}`, and
 * backslash for a literal character. Throws 400 for an open bracket or brace.
 */
export function globToRegExp(glob: string): RegExp {
  let source = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob.charAt(at);
    if (char === "*") {
      const crosses = glob.charAt(at + 1) === "*";
      source += crosses ? ".*" : "[^/]*";
      if (crosses) at += 1;
    } else if (char === "?") source += "[^/]";
    else if (char === "[") {
      const close = glob.indexOf("]", at + 2);
      if (close < 0) throw invalid(`Invalid matchGlob: the bracket in "${glob}" is not closed.`);
      source += characterClass(glob.slice(at + 1, close));
      at = close;
    } else if (char === "{") {
      source += "(?:";
      depth += 1;
    } else if (char === "}" && depth > 0) {
      source += ")";
      depth -= 1;
    } else if (char === "," && depth > 0) source += "|";
    else if (char === "\\" && at + 1 < glob.length) {
      at += 1;
      source += literal(glob.charAt(at));
    } else source += literal(char);
  }
  if (depth > 0) throw invalid(`Invalid matchGlob: the brace in "${glob}" is not closed.`);
  return new RegExp(`^${source}$`, "s");
}

function characterClass(inside: string): string {
  const negated = inside.startsWith("^") || inside.startsWith("!");
  const members = (negated ? inside.slice(1) : inside).replaceAll(/[\\\]^[]/g, "\\$&");
  return negated ? `[^/${members}]` : `[${members}]`;
}

const literal = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
