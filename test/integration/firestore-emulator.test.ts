import { once as ended } from "node:events";
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { PortTakenError } from "#emulators/emulator.ts";
import { type FirestoreEmulator, startFirestoreEmulator } from "#emulators/firestore/index.ts";
import { code, fill, ids, refusal, useFirestore } from "./firestore-target.ts";

describe("what our emulator adds", () => {
  const firestore = useFirestore({ name: "ours", start: () => startFirestoreEmulator() });
  const emulator = () => firestore.emulator as FirestoreEmulator;

  test("tests read the documents without a client", async () => {
    const ref = firestore.collection().doc("freesound%2F1.mp3");
    await ref.set({ n: 1, at: Timestamp.fromMillis(5), list: [null, { x: 0.5 }], ref });
    const name = `${firestore.database}/documents/${ref.path}`;
    expect(emulator().documents.get(ref.path)).toEqual({
      n: 1,
      at: new Date(5),
      list: [null, { x: 0.5 }],
      ref: name,
    });
    expect(emulator().documents.names()).toContain(name);
    expect(emulator().documents.get("none/none")).toBeUndefined();
  });

  test("failNext fails the next calls, one each", async () => {
    const ref = firestore.collection().doc("a");
    emulator().failNext(code.failedPrecondition);
    emulator().failNext(code.notFound);
    await expect(ref.set({})).rejects.toMatchObject({ code: code.failedPrecondition });
    await expect(ref.set({})).rejects.toMatchObject({ code: code.notFound });
    await ref.set({});
    expect(await ids(ref.parent)).toEqual(["a"]);
  });

  test("a transaction whose commit is ABORTED runs again", async () => {
    const ref = firestore.collection().doc("a");
    let attempts = 0;
    await firestore.db.runTransaction(async (transaction) => {
      await transaction.get(ref);
      transaction.set(ref, { attempt: ++attempts });
      if (attempts === 1) emulator().failNext(code.aborted);
    });
    expect(emulator().documents.get(ref.path)).toEqual({ attempt: 2 });
  });

  test("a write outside a transaction does not wait for it; the transaction runs again", async () => {
    const ref = firestore.collection().doc("a");
    await ref.set({ n: 1 });
    let attempts = 0;
    await firestore.db.runTransaction(async (transaction) => {
      const n = (await transaction.get(ref)).get("n") as number;
      if (++attempts === 1) await ref.set({ n: 10 });
      transaction.update(ref, { n: n + 1 });
    });
    expect([attempts, (await ref.get()).get("n")]).toEqual([2, 11]);
  });

  test("partitions cut a collection group into parts that cover it", async () => {
    const collection = firestore.collection();
    await fill(
      collection,
      Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n}`, { n }])),
    );
    const seen: string[] = [];
    let parts = 0;
    for await (const partition of firestore.db.collectionGroup(collection.id).getPartitions(4)) {
      seen.push(...(await ids(partition.toQuery())));
      parts++;
    }
    expect(parts).toBe(4);
    expect(seen).toEqual(await ids(collection.orderBy(FieldPath.documentId())));
  });

  test("what is not supported says so: UNIMPLEMENTED", async () => {
    const { wire, database } = firestore;
    const parent = `${database}/documents`;
    const from = [{ collectionId: "c" }];
    const stages = { structuredPipeline: { pipeline: { stages: [] } } };
    const once = { retryRequestOptions: { retries: 0, noResponseRetries: 0 } };
    const answers = [
      wire.runQuery({ parent, structuredQuery: { from }, explainOptions: {} }, once),
      wire.runQuery({ parent, structuredQuery: { from, findNearest: {} } }, once),
      wire.executePipeline({ database, ...stages }, once),
    ];
    const refusals = await Promise.all(
      answers.map((stream) => refusal(ended(stream.resume(), "end"))),
    );
    expect(refusals).toEqual(answers.map(() => code.unimplemented));
  });

  test("a taken port is named", async () => {
    const { port } = emulator();
    const second = startFirestoreEmulator({ port });
    await expect(second).rejects.toThrow(PortTakenError);
    await expect(second).rejects.toThrow(`port ${port} is taken`);
  });
});
