import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const project = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

/** Three projects: `unit` in milliseconds, `integration` an edge each, `e2e` real processes. */
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    // The runner would leave one core free, of two; much of a story's time is waiting.
    maxWorkers: availableParallelism() + 1,
    // There is no metadata server here, and Google's clients take seconds to find that out.
    env: { METADATA_SERVER_DETECTION: "none" },
    projects: [project("unit", 20_000), project("integration", 60_000), project("e2e", 240_000)],
    coverage: {
      provider: "v8",
      reporter: ["text-summary"],
      include: ["shared/dsp/**/*.ts", "shared/audio/**/*.ts", "shared/pesq/**/*.ts"],
      exclude: ["**/assembly/**"],
      thresholds: {
        "shared/dsp/**": { lines: 97 },
        "shared/audio/**": { lines: 90 },
        "shared/pesq/**": { lines: 95 },
      },
    },
  },
});
