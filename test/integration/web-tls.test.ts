import { execFileSync } from "node:child_process";
import type { lookup } from "node:dns";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { publicHttps } from "#shared/web/public-https.ts";
import { ask } from "#shared/web/request.ts";

/** Of the system; without it these tests are left out. */
const openssl = process.env["OPENSSL"] ?? "openssl";

const hasOpenssl = (() => {
  try {
    execFileSync(openssl, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** A certificate that its owner alone vouches for takes OpenSSL's command to make. */
describe.runIf(hasOpenssl)("a server with a certificate that nobody vouches for", () => {
  let server: Server;
  let folder: string;
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "earmark-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-days", "1", "-subj", "/CN=files.example"];
    execFileSync(openssl, ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    server = createServer(
      { key: await readFile(key), cert: await readFile(cert) },
      (request, response) => {
        asked.push(request.url ?? "");
        response.end("audio");
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  test.each([undefined, "0"])(
    "is told nothing, with NODE_TLS_REJECT_UNAUTHORIZED=%s",
    async (setting) => {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", setting);
      const here = ((
        _name: string,
        _options: object,
        done: (error: null, found: object[]) => void,
      ) => done(null, [{ address: "127.0.0.1", family: 4 }])) as unknown as typeof lookup;
      const reach = { admit: () => {}, isAllowedAddress: () => true, lookup: here };
      const { port } = server.address() as AddressInfo;
      const answer = ask(new URL(`https://files.example:${port}/`), reach, { idleTimeoutMs: 5000 });
      await expect(answer).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
      expect(asked).toEqual([]);
      vi.unstubAllEnvs();
    },
  );

  test("is not even reached where the guard is as it is", async () => {
    const { port } = server.address() as AddressInfo;
    const answer = ask(new URL(`https://127.0.0.1:${port}/`), publicHttps, { idleTimeoutMs: 5000 });
    await expect(answer).rejects.toMatchObject({ reason: "refused-address" });
  });
});
