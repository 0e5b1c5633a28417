import { join } from "node:path";
import { type Emulator, listen, type ListenOptions } from "../emulator.ts";
import { type Credential, localApiKey, localClientId } from "./credentials.ts";
import { type FaultKind, type FaultOptions, Faults } from "./faults.ts";
import { Headers } from "./header.ts";
import { OAuth } from "./oauth.ts";
import { type Quota, QuotaKeeper } from "./quota.ts";
import { RequestLog } from "./requests.ts";
import { routes, type Service } from "./routes.ts";
import { loadSounds, type SoundStore } from "./sounds.ts";

export { localApiKey, localClientId } from "./credentials.ts";
export { SoundsFolderError } from "./folder.ts";
export type { TokenPair } from "./oauth.ts";

export interface FreesoundOptions extends ListenOptions {
  /** Folder of audio files, with or without a `sounds.json`; default: the bundled sounds. */
  readonly folder?: string;
  /** Accepted API keys, or credentials in full; default: `localApiKey` alone. */
  readonly tokens?: readonly (string | Credential)[];
  /** Default: no limit. */
  readonly quota?: Quota;
  /** Milliseconds since the epoch, for quotas, expiry and `NOW`; default: the real time. */
  readonly clock?: () => number;
  /** Answers about one in ten search results as `null`; default off. */
  readonly nulls?: boolean;
}

/** A local Freesound: its API is below `url` at `/apiv2/`, its previews beside it. */
export interface FreesoundEmulator extends Emulator {
  readonly sounds: SoundStore;
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly oauth: OAuth;
  /** The next request that it can befall fails so; a number is an HTTP status. Short for `faults.next`. */
  failNext(kind: FaultKind | number, options?: FaultOptions): void;
}

/** The folder of the bundled sounds. */
export const bundledSounds: string = join(import.meta.dirname, "sounds");
/** The folder of clean references for some of them, named `freesound/<soundId>.flac`. */
export const bundledReferences: string = join(import.meta.dirname, "references");

/**
 * Serves a folder of audio as Freesound serves its sounds.
 * Rejects with a `SoundsFolderError` that says what is wrong with the folder, or a `PortTakenError`.
 */
export async function startFreesoundEmulator({
  folder = bundledSounds,
  tokens = [localApiKey],
  quota,
  clock = Date.now,
  nulls = false,
  ...listenOptions
}: FreesoundOptions = {}): Promise<FreesoundEmulator> {
  const sounds = await loadSounds(folder);
  const credentials = tokens.map(toCredential);
  const oauth = new OAuth(credentials, clock);
  const requests = new RequestLog();
  const faults = new Faults();
  const parts = { sounds, requests, faults, oauth };
  const handler: { serve?: ReturnType<typeof routes> } = {};
  // The answers hold the server's own address, which is known only once it listens.
  const server = await listen(
    (request, response) => handler.serve?.(request, response),
    listenOptions,
  );
  handler.serve = routes({
    ...parts,
    credentials,
    quota,
    quotaKeeper: new QuotaKeeper(quota, clock),
    headers: new Headers(),
    baseUrl: server.url,
    clock,
    nulls: whichNulls(nulls),
  });
  return { ...server, ...parts, failNext: (kind, options) => faults.next(kind, options) };
}

/**
 * One result in ten when the switch is on, another one with every search, so that who asks again sees each sound in
 * the end; every other result when it is the request's fault.
 */
function whichNulls(switchedOn: boolean): Service["nulls"] {
  let searches = 0;
  return (fault) => {
    const place = searches++ % 10;
    if (fault?.kind === "null-results") return (index) => index % 2 === 0;
    return (index) => switchedOn && index % 10 === place;
  };
}

/** A bare key gets the local client id when it is the first, else one made from its place. */
const toCredential = (token: string | Credential, index: number): Credential =>
  typeof token === "string"
    ? { key: token, clientId: index === 0 ? localClientId : `${localClientId}-${index + 1}` }
    : token;
