import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PortTakenError } from "#emulators/emulator.ts";
import { GoogleEmulatorError, startGoogleFirestore, startGooglePubsub } from "#emulators/google.ts";

afterEach(() => vi.unstubAllEnvs());

/** Resolves when nothing listens on the port any more. */
async function untilRefused(port: number): Promise<string> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const outcome = await new Promise<string>((resolve) => {
      socket.once("connect", () => resolve("connected"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    });
    socket.destroy();
    if (outcome !== "connected") return outcome;
  }
}

test.each([startGoogleFirestore, startGooglePubsub])(
  "what is missing is said: %o",
  async (start) => {
    vi.stubEnv("JAVA_HOME", "/nowhere");
    const refused = start();
    await expect(refused).rejects.toThrow(GoogleEmulatorError);
    await expect(refused).rejects.toThrow(/install/);
  },
);

const withGoogle = process.env["EARMARK_GOOGLE_EMULATORS"] === "1";

describe.runIf(withGoogle)("Google's emulators as children", () => {
  test.each([startGoogleFirestore, startGooglePubsub])("%o ends when closed", async (start) => {
    const emulator = await start();
    expect(emulator.url).toBe(`127.0.0.1:${emulator.port}`);
    await expect(start({ port: emulator.port })).rejects.toThrow(PortTakenError);
    await emulator.close();
    await emulator.close();
    expect(await untilRefused(emulator.port)).toBe("ECONNREFUSED");
  });

  test("none outlives a parent that is killed", async () => {
    const module = new URL("../../emulators/google.ts", import.meta.url);
    const script = `import { startGooglePubsub } from "${module.href}";
      process.stdout.write(String((await startGooglePubsub()).port));`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(parent.stdout, "data")) as [Buffer];
    parent.kill("SIGKILL");
    expect(await untilRefused(Number(port))).toBe("ECONNREFUSED");
  });
});
