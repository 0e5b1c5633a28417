import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { parse, type Spec, View } from "vega";
import { pictureWidth } from "./picture-spec.ts";

/** A machine may have no font at all: letters come from a package. */
const fontFiles = [
  import.meta.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
  import.meta.resolve("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf"),
].map((url) => fileURLToPath(url));
/** Letters that the package has not: then the machine's own fonts are asked too, which takes longer. */
const otherLetters =
  /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]/u;
/** Pixels of a PNG for each of the drawing: sharp on fine screens. */
const zoom = 1.5;

export async function toSvg(spec: Spec): Promise<string> {
  const view = new View(parse(spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

export function toPng(svg: string): Uint8Array {
  const needsMore = otherLetters.test(svg.replaceAll(/"data:[^"]*"/g, ""));
  const picture = new Resvg(svg, {
    font: { fontFiles, loadSystemFonts: needsMore, defaultFontFamily: "Inter" },
    fitTo: { mode: "width", value: zoom * pictureWidth },
    background: "white",
  });
  return picture.render().asPng();
}
