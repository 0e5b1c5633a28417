import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { log } from "#shared/log.ts";

/** What Freesound's OAuth2 gives: an access token for a day, and a refresh token that works once. */
export const Tokens = z.object({
  refreshToken: z.string().min(1),
  /** Null until the first refresh. */
  accessToken: z.string().nullable(),
  /** When the access token ends, in milliseconds since the epoch. */
  expiresAt: z.number(),
});
export type Tokens = z.infer<typeof Tokens>;

/** Where the newest tokens are kept, for every instance. */
export interface TokenStore {
  /** Null when nothing is there yet. */
  read(): Promise<Tokens | null>;
  /** Resolves when they are safe; only then is what was there before forgotten. */
  write(tokens: Tokens): Promise<void>;
}

/** Stored text is JSON of ours, or the bare refresh token that a person put there. */
function parse(text: string): Tokens | null {
  const content = text.trim();
  if (content === "") return null;
  if (!content.startsWith("{")) return { refreshToken: content, accessToken: null, expiresAt: 0 };
  return Tokens.parse(JSON.parse(content));
}

/** A file that its owner alone may read, replaced as a whole. */
export const fileStore = (path: string): TokenStore => ({
  async read() {
    try {
      return parse(await readFile(path, "utf8"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
  async write(tokens) {
    const next = `${path}.${process.pid}.next`;
    await writeFile(next, JSON.stringify(tokens), { mode: 0o600, flush: true });
    await rename(next, path);
  },
});

const root = "https://secretmanager.googleapis.com/v1/";

/** An authorised request to a Google API; rejects with an error that has the HTTP status. */
export type GoogleRequest = (options: {
  url: string;
  method: "GET" | "POST";
  data?: object;
}) => Promise<{ data: unknown }>;

const Version = z.object({ name: z.string() });
const Access = Version.extend({ payload: z.object({ data: z.string() }) });

/**
 * A secret of Secret Manager, `projects/P/secrets/S`, whose newest version holds the tokens:
 * https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/addVersion. The version before
 * is destroyed after the new one is there.
 */
export function secretStore(secret: string, request: GoogleRequest): TokenStore {
  const latest = async () => {
    try {
      const url = `${root}${secret}/versions/latest:access`;
      const { data } = await request({ url, method: "GET" });
      return Access.parse(data);
    } catch (error) {
      if (statusOf(error) === 404) return null; // a secret without a version
      throw error;
    }
  };
  return {
    async read() {
      const version = await latest();
      if (version === null) return null;
      return parse(Buffer.from(version.payload.data, "base64").toString("utf8"));
    },
    async write(tokens) {
      const before = await latest();
      const data = Buffer.from(JSON.stringify(tokens)).toString("base64");
      const url = `${root}${secret}:addVersion`;
      await request({ url, method: "POST", data: { payload: { data } } });
      if (before === null) return;
      try {
        await request({ url: `${root}${before.name}:destroy`, method: "POST", data: {} });
      } catch (error) {
        log.oldTokenKept(error); // it does not work any more anyway
      }
    },
  };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("status" in error && typeof error.status === "number") return error.status;
  return "code" in error ? Number(error.code) : undefined;
}
