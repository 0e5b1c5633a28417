/** `const thing_1 = require("x");` as TypeScript writes an import; it calls nothing else in the module so. */
const imported =
  /^(?:const|var|let) (\w+_\d+) = ((?:__importStar|__importDefault)?\(?require\("[^"]+"\)\)?);$/gm;

/** Moves every import of a CommonJS module that TypeScript wrote to where it is used first. */
export function lazyRequires(source: string): string {
  const names: string[] = [];
  const declared = source.replace(imported, (_, name: string, made: string) => {
    names.push(name);
    return `let ${name}$;function load_${name}() { return ${name}$ ??= ${made}; }`;
  });
  if (names.length === 0) return source;
  // In parentheses, for `new thing_1.Thing()`.
  const used = new RegExp(String.raw`(?<![\w$.])(${names.join("|")})(?![\w$])`, "g");
  return declared.replace(used, "(load_$1())");
}
