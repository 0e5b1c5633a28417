import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "#emulators/firestore/database.ts";
import { startSession } from "#emulators/firestore/listen/session.ts";
import type { Target } from "#emulators/firestore/wire.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const name = "projects/p/databases/d";
const query = {
  parent: `${name}/documents`,
  structuredQuery: { from: [{ collectionId: "c" }], orderBy: [] },
};

interface Message {
  targetChange?: { targetChangeType: string; resumeToken?: Buffer; cause?: { code: number } };
  documentChange?: { document: { name: string } };
  documentDelete?: { document: string };
}

function put(database: Database, id: string, exists = true): void {
  const path = `c/${id}`;
  const now = database.clock.next();
  const document = { path, fields: {}, createTime: now, updateTime: now };
  database.commit(new Map([[path, exists ? document : undefined]]), now);
}

/** What a new stream says to a target, in short, and its last token. */
function listen(database: Database, target: Partial<Target>) {
  const messages: Message[] = [];
  const session = startSession(database, (message) => messages.push(message as Message));
  session.receive({ addTarget: { targetId: 1, query, ...target } });
  const said = () =>
    messages.map(({ targetChange, documentChange, documentDelete }) =>
      targetChange === undefined
        ? `${documentChange === undefined ? "-" : "+"}${(documentChange?.document.name ?? documentDelete?.document)?.at(-1)}`
        : targetChange.targetChangeType,
    );
  const token = () => messages.at(-1)?.targetChange?.resumeToken ?? Buffer.alloc(0);
  return { session, messages, said, token };
}

test("a target begins with everything, then is current", () => {
  const database = createDatabase(name);
  put(database, "a");
  expect(listen(database, {}).said()).toEqual(["ADD", "+a", "CURRENT", "NO_CHANGE"]);
});

test("a resumed target is told what changed since, and only that", () => {
  const database = createDatabase(name);
  for (const id of ["a", "b", "c"]) put(database, id);
  const { token, session } = listen(database, {});
  session.end();
  put(database, "a");
  put(database, "b", false);
  const resumed = listen(database, { resumeToken: token() });
  expect(resumed.said()).toEqual(["ADD", "-b", "+a", "CURRENT", "NO_CHANGE"]);
});

test("a token too old, of another server, or no token at all: everything afresh", () => {
  const database = createDatabase(name);
  put(database, "a");
  const { token } = listen(database, {});
  const resume = (resumeToken: Buffer) => listen(database, { resumeToken }).said();
  const afresh = ["ADD", "RESET", "+a", "CURRENT", "NO_CHANGE"];
  expect(resume(Buffer.from("nonsense"))).toEqual(afresh);
  expect(resume(Buffer.from(String(database.createdAt - 1)))).toEqual(afresh);
  vi.advanceTimersByTime(2 * 3_600_000);
  put(database, "a");
  vi.advanceTimersByTime(2 * 3_600_000);
  put(database, "a");
  expect(resume(token())).toEqual(afresh);
});

test("commits that come together are told together; a removed target hears no more", async () => {
  const database = createDatabase(name);
  const { session, said } = listen(database, {});
  put(database, "a");
  put(database, "b");
  put(database, "a", false);
  await vi.runAllTimersAsync();
  expect(said().slice(3)).toEqual(["+b", "NO_CHANGE"]);
  session.receive({ removeTarget: 1 });
  put(database, "c");
  await vi.runAllTimersAsync();
  expect(said().slice(5)).toEqual(["REMOVE"]);
});

test("a target asked for once is removed when it is current", () => {
  const database = createDatabase(name);
  expect(listen(database, { once: true }).said().at(-1)).toBe("REMOVE");
});

test("a refused target is removed with its cause, the stream goes on", () => {
  const { messages, session, said } = listen(createDatabase(name), {
    query: { parent: query.parent, structuredQuery: { from: [], orderBy: [] } },
  });
  expect(messages.at(-1)?.targetChange?.cause?.code).toBe(3);
  session.receive({ addTarget: { targetId: 2, query } });
  expect(said()).toEqual(["REMOVE", "ADD", "CURRENT", "NO_CHANGE"]);
});
