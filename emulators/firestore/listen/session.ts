import type { Changes, Database, StoredDocument } from "../database.ts";
import { toDocument } from "../instance.ts";
import { formatName } from "../names.ts";
import { toStatus } from "../server.ts";
import { RpcError } from "../status.ts";
import { type Micros, toMicros, toTimestamp } from "../time.ts";
import type { ListenRequest, Target } from "../wire.ts";
import {
  applied,
  compare,
  type Difference,
  refresh,
  type Results,
  toResults,
  watch,
  type Watched,
} from "./target.ts";

type Send = (message: unknown) => void;

interface Listener {
  readonly watched: Watched;
  results: Results;
}

export type ListenSession = ReturnType<typeof startSession>;

/** The targets of one listen stream on one database, kept up to date until `end`. */
export function startSession(database: Database, send: Send) {
  const listeners = new Map<number, Listener>();
  const pending = new Map<string, StoredDocument | undefined>();

  /** Commits that come close together make one snapshot. */
  const flush = () => {
    const changes = new Map(pending);
    pending.clear();
    const time = database.clock.now();
    let isChanged = false;
    for (const [id, listener] of listeners) {
      const differences = refresh(listener.watched, listener.results, changes);
      sendDifferences(database, send, id, listener.watched, differences, time);
      listener.results = applied(listener.results, differences);
      isChanged ||= differences.length > 0;
    }
    if (isChanged) sendSnapshot(send, time);
  };
  const stop = database.onCommit((changes: Changes) => {
    if (pending.size === 0) setImmediate(flush);
    for (const [path, document] of changes) pending.set(path, document);
  });

  const add = (target: Target) => {
    const id = target.targetId ?? 0;
    const watched = watch(database, target);
    const time = database.clock.now();
    const known = resumeTime(database, target);
    send({ targetChange: { targetChangeType: "ADD", targetIds: [id] } });
    // An empty set is compared with when there is nothing to resume from.
    const before = toResults(known === undefined ? [] : watched.run(known));
    const results = toResults(watched.run());
    if (known === undefined && hasToken(target)) sendTarget(send, "RESET", id);
    sendDifferences(database, send, id, watched, compare(before, results), time);
    const state = { targetIds: [id], readTime: toTimestamp(time), resumeToken: toToken(time) };
    send({ targetChange: { targetChangeType: "CURRENT", ...state } });
    sendSnapshot(send, time);
    if (target.once === true) sendTarget(send, "REMOVE", id);
    else listeners.set(id, { watched, results });
  };

  return {
    receive({ addTarget, removeTarget }: ListenRequest): void {
      if (pending.size > 0) flush();
      if (removeTarget !== undefined && listeners.delete(removeTarget))
        sendTarget(send, "REMOVE", removeTarget);
      if (addTarget === undefined) return;
      try {
        add(addTarget);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        const { code, details: message } = toStatus(error);
        sendTarget(send, "REMOVE", addTarget.targetId ?? 0, { code, message });
      }
    },
    end(): void {
      stop();
      listeners.clear();
    },
  };
}

const sendTarget = (send: Send, targetChangeType: string, id: number, cause?: object) =>
  send({ targetChange: { targetChangeType, targetIds: [id], ...(cause && { cause }) } });

/** Without target ids: all targets are now as the database was at `time`. */
const sendSnapshot = (send: Send, time: Micros) =>
  send({
    targetChange: {
      targetChangeType: "NO_CHANGE",
      readTime: toTimestamp(time),
      resumeToken: toToken(time),
    },
  });

function sendDifferences(
  database: Database,
  send: Send,
  id: number,
  { project }: Watched,
  differences: readonly Difference[],
  time: Micros,
): void {
  for (const { path, document } of differences) {
    if (document !== undefined) {
      const shown = { ...document, fields: project(document.fields) };
      send({ documentChange: { document: toDocument(database.name, shown), targetIds: [id] } });
    } else {
      const kind = database.read(path) === undefined ? "documentDelete" : "documentRemove";
      const name = formatName(database.name, path);
      send({ [kind]: { document: name, removedTargetIds: [id], readTime: toTimestamp(time) } });
    }
  }
}

const toToken = (time: Micros) => Buffer.from(String(time));

const hasToken = ({ resumeToken }: Target) => resumeToken !== undefined && resumeToken.length > 0;

/** The moment up to which the client knows everything; undefined when it must start afresh. */
function resumeTime(database: Database, target: Target): Micros | undefined {
  const { resumeToken, readTime } = target;
  const known = hasToken(target) ? Number(resumeToken?.toString()) : readTime && toMicros(readTime);
  if (known === undefined || !database.isReadable(known)) return undefined;
  // A token from before this database was made is another server's: what that one told is unknown here.
  return known >= database.createdAt ? known : undefined;
}
