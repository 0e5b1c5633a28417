import { type BundledPackage, LicenseError } from "./packages.ts";

/** What is compiled into the WebAssembly of a package, whose own licence speaks of its JavaScript only. */
const compiledIn: Readonly<Record<string, string>> = {
  "@audio/decode-mp3":
    "libmpg123 (https://mpg123.org), LGPL-2.1. It is used unchanged, as published in mpg123-decoder (https://github.com/eshaz/wasm-audio-decoders), whose sources and build can be used to replace it.",
  "@audio/decode-opus": "libopus (https://opus-codec.org), BSD-3-Clause.",
  "@audio/decode-vorbis":
    "libogg and libvorbis (https://xiph.org), BSD-3-Clause, as published in @wasm-audio-decoders/ogg-vorbis.",
  "@audio/decode-flac":
    "libFLAC (https://xiph.org/flac), BSD-3-Clause, as published in @wasm-audio-decoders/flac.",
  long: "Its own 64-bit arithmetic, under its own licence.",
};

/** The NOTICE of a bundle: which packages it holds, and their licences whole; packages with one text share it. */
export function toNotice(functionName: string, packages: readonly BundledPackage[]): string {
  const unknown = packages.filter(({ name, hasWasm }) => hasWasm && compiledIn[name] === undefined);
  if (unknown.length > 0)
    throw new LicenseError(
      `say in notice.ts what is compiled into ${unknown.map(({ name }) => name).join(", ")}`,
    );
  const compiled = packages.flatMap(({ name }) => {
    const what = compiledIn[name];
    return what === undefined ? [] : [`${name} contains, compiled to WebAssembly: ${what}`];
  });
  const byText = Map.groupBy(packages, (one) => textOf(one));
  const licenses = [...byText].map(([text, holders]) => {
    const names = holders.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join("\n")}\n\n${text}`;
  });
  const head = `Earmark, function ${functionName}\nApache-2.0\n\nThis bundle contains code of ${packages.length} packages.`;
  return `${[head, compiled.join("\n\n"), ...licenses].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** The licence files of a package; a package without any gets the text that its SPDX id stands for. */
function textOf({ name, license, author, texts }: BundledPackage): string {
  if (texts.length > 0) return texts.join("\n\n");
  if (license === "Apache-2.0")
    return "Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0";
  if (license === "MIT") return mit(author ?? `the authors of ${name}`);
  throw new LicenseError(
    `${name} has no licence file, and there is no standard text for ${license}`,
  );
}

/** https://spdx.org/licenses/MIT.html */
const mit = (holder: string) => `Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
