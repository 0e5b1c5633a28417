import { readFile, rename, stat, writeFile } from "node:fs/promises";
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

/**
 * A file that its owner alone may read, replaced as a whole. What replaces it lies beside it first, as
 * `PATH.next`: after a crash between the two steps the newer one counts.
 */
export function fileStore(path: string): TokenStore {
  const next = `${path}.next`;
  return {
    async read() {
      const [current, newer] = await Promise.all([changedAt(path), changedAt(next)]);
      if (newer > current) {
        const text = await readFile(next, "utf8").catch(orNull);
        // One that a crash has cut short was not there yet.
        const tokens = text !== null && text.endsWith("}") ? parse(text) : null;
        if (tokens !== null) return tokens;
      }
      const text = await readFile(path, "utf8").catch(orNull);
      return text === null ? null : parse(text);
    },
    async write(tokens) {
      await writeFile(next, JSON.stringify(tokens), { mode: 0o600, flush: true });
      await rename(next, path);
    },
  };
}

/** When a file was last written, in milliseconds since the epoch; before all others when it is not there. */
async function changedAt(path: string): Promise<number> {
  const stats = await stat(path).catch(orNull);
  return stats === null ? -Infinity : stats.mtimeMs;
}

/** Null for a file that is not there; any other error goes on. */
function orNull(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

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
  /** Of the version that was seen or written last. */
  let known: string | null = null;
  const latest = async () => {
    try {
      const url = `${root}${secret}/versions/latest:access`;
      const { data } = await request({ url, method: "GET" });
      const version = Access.parse(data);
      known = version.name;
      return version;
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
      const before = known;
      const data = Buffer.from(JSON.stringify(tokens)).toString("base64");
      const url = `${root}${secret}:addVersion`;
      known = Version.parse(
        (await request({ url, method: "POST", data: { payload: { data } } })).data,
      ).name;
      if (before === null) return;
      try {
        await request({ url: `${root}${before}:destroy`, method: "POST", data: {} });
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
