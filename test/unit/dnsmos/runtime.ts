import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The ONNX runtime to test with: the package in the folder that EARMARK_ONNXRUNTIME names, or the one that is installed
 * here; null when there is none, and then the tests that need it are skipped.
 */
export const runtime = findRuntime();
if (runtime === null)
  console.warn(
    "SKIPPED: DNSMOS on the ONNX runtime. It takes 288 MB; to run these tests, install it anywhere " +
      "(npm install --prefix FOLDER --ignore-scripts onnxruntime-node) and set EARMARK_ONNXRUNTIME=FOLDER/node_modules/onnxruntime-node",
  );

function findRuntime(): string | null {
  const folder = process.env["EARMARK_ONNXRUNTIME"];
  const require = createRequire(import.meta.url);
  // A folder that was named must hold it: a wrong name is an error, not a skipped test.
  if (folder)
    return pathToFileURL(require.resolve(join(folder, "package.json"))).href.replace(
      /package\.json$/,
      "dist/index.js",
    );
  try {
    return pathToFileURL(require.resolve("onnxruntime-node")).href;
  } catch {
    return null;
  }
}
