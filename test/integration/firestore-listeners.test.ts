import type { DocumentReference, Query, QuerySnapshot } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { startProxy } from "./firestore-proxy.ts";
import { code, fill, queryRefusal, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

/** What a query's listener has been told, snapshot by snapshot, until `stop`. */
function follow(query: Query) {
  const snapshots: QuerySnapshot[] = [];
  let told: (() => void) | undefined;
  const stop = query.onSnapshot((snapshot) => {
    snapshots.push(snapshot);
    told?.();
  });
  return {
    snapshots,
    stop,
    /** Resolves when the newest snapshot holds these documents, in this order. */
    async shows(...ids: string[]): Promise<void> {
      while (
        snapshots
          .at(-1)
          ?.docs.map(({ id }) => id)
          .join() !== ids.join()
      )
        await new Promise<void>((resolve) => (told = resolve));
    },
    /** The changes of all snapshots after the first `from`, as `added a 0`, `modified a 0>1`, `removed a 1`. */
    changes: (from = 0): string[] =>
      snapshots
        .slice(from)
        .flatMap((snapshot) => snapshot.docChanges())
        .map(({ type, doc, oldIndex, newIndex }) =>
          [type, doc.id, [oldIndex, newIndex].filter((index) => index >= 0).join(">")].join(" "),
        ),
  };
}

/** The states of a document as its listener sees them: its `n`, or undefined when it is missing. */
function followDocument(ref: DocumentReference) {
  const seen: unknown[] = [];
  let told: (() => void) | undefined;
  const stop = ref.onSnapshot((snapshot) => {
    seen.push(snapshot.get("n"));
    told?.();
  });
  return {
    seen,
    stop,
    async shows(n: unknown): Promise<void> {
      while (seen.length === 0 || seen.at(-1) !== n)
        await new Promise<void>((resolve) => (told = resolve));
    },
  };
}

describe.each(firestoreTargets)("listeners on $name", (target) => {
  const firestore = useFirestore(target);

  test("a document appears, changes, goes and comes back", async () => {
    const ref = firestore.collection().doc("a");
    const listener = followDocument(ref);
    await listener.shows(undefined);
    await ref.set({ n: 1 });
    await listener.shows(1);
    await ref.update({ n: 2 });
    await listener.shows(2);
    await ref.delete();
    await listener.shows(undefined);
    await ref.create({ n: 3 });
    await listener.shows(3);
    listener.stop();
    expect(listener.seen).toEqual([undefined, 1, 2, undefined, 3]);
  });

  test("a listener on a document hears nothing of its neighbours", async () => {
    const ref = firestore.collection().doc("a");
    const listener = followDocument(ref);
    await listener.shows(undefined);
    await ref.parent.doc("b").set({ n: 1 });
    await ref.collection("below").doc("a").set({ n: 1 });
    await ref.set({ n: 2 });
    await listener.shows(2);
    listener.stop();
    expect(listener.seen).toEqual([undefined, 2]);
  });

  test("a query begins with what is there, empty or not", async () => {
    const collection = firestore.collection();
    const empty = follow(collection);
    await empty.shows();
    empty.stop();
    await fill(collection, { b: { n: 2 }, a: { n: 1 } });
    const listener = follow(collection.orderBy("n", "desc"));
    await listener.shows("b", "a");
    listener.stop();
    expect(listener.changes()).toEqual(["added b 0", "added a 1"]);
  });

  test("documents are added, modified, moved and removed with their places", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
    const listener = follow(collection.orderBy("n"));
    await listener.shows("a", "b", "c");
    await collection.doc("d").set({ n: 2.5 });
    await listener.shows("a", "b", "d", "c");
    await collection.doc("a").update({ n: 9 });
    await listener.shows("b", "d", "c", "a");
    await collection.doc("d").delete();
    await listener.shows("b", "c", "a");
    listener.stop();
    expect(listener.changes(1)).toEqual(["added d 2", "modified a 0>3", "removed d 1"]);
  });

  test("a document enters and leaves a query as its fields change", async () => {
    const collection = firestore.collection();
    const ref = collection.doc("a");
    await ref.set({ n: 1 });
    const listener = follow(collection.where("n", ">", 5));
    await listener.shows();
    await ref.update({ n: 6 });
    await listener.shows("a");
    await ref.update({ n: 2 });
    await listener.shows();
    await ref.update({ other: 7, n: 8 });
    await listener.shows("a");
    listener.stop();
    expect(listener.changes()).toEqual(["added a 0", "removed a 0", "added a 0"]);
  });

  test("a batch is one snapshot", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 } });
    const listener = follow(collection);
    await listener.shows("a");
    const batch = firestore.db.batch().delete(collection.doc("a"));
    await batch.set(collection.doc("b"), {}).set(collection.doc("c"), {}).commit();
    await listener.shows("b", "c");
    listener.stop();
    expect(listener.snapshots).toHaveLength(2);
  });

  test("a limit fills up again when something goes", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
    const listener = follow(collection.orderBy("n").limit(2));
    await listener.shows("a", "b");
    await collection.doc("a").delete();
    await listener.shows("b", "c");
    await collection.doc("z").set({ n: 0 });
    await listener.shows("z", "b");
    listener.stop();
    expect(listener.changes(1)).toEqual(["removed a 0", "added c 1", "removed c 1", "added z 0"]);
  });

  test("limitToLast and cursors hold while listening", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
    const last = follow(collection.orderBy("n").limitToLast(2));
    const middle = follow(collection.orderBy("n").startAfter(1).endBefore(3));
    await Promise.all([last.shows("b", "c"), middle.shows("b")]);
    await collection.doc("d").set({ n: 2.5 });
    await Promise.all([last.shows("d", "c"), middle.shows("b", "d")]);
    last.stop();
    middle.stop();
    expect(last.changes(1)).toEqual(["removed b 0", "added d 0"]);
    expect(middle.changes(1)).toEqual(["added d 1"]);
  });

  test("a collection group is listened to", async () => {
    const top = firestore.collection();
    const group = `g-${top.id}`;
    const listener = follow(firestore.db.collectionGroup(group));
    await listener.shows();
    await top.doc("x").collection(group).doc("a").set({});
    await listener.shows("a");
    listener.stop();
    expect(listener.changes()).toEqual(["added a 0"]);
  });

  test("a write of the same content tells nobody", async () => {
    const ref = firestore.collection().doc("a");
    await ref.set({ n: 1 });
    const listener = followDocument(ref);
    await listener.shows(1);
    await ref.set({ n: 1 });
    await ref.set({ n: 2 });
    await listener.shows(2);
    listener.stop();
    expect(listener.seen).toEqual([1, 2]);
  });

  test("after stopping nothing more comes", async () => {
    const collection = firestore.collection();
    const stopped = follow(collection);
    const listener = follow(collection);
    await Promise.all([stopped.shows(), listener.shows()]);
    stopped.stop();
    await collection.doc("a").set({});
    await listener.shows("a");
    listener.stop();
    expect(stopped.snapshots).toHaveLength(1);
  });

  test("twenty listeners at once all see the same", async () => {
    const collection = firestore.collection();
    const listeners = Array.from({ length: 20 }, () => follow(collection));
    await Promise.all(listeners.map((listener) => listener.shows()));
    await collection.doc("a").set({});
    await Promise.all(listeners.map((listener) => listener.shows("a")));
    for (const listener of listeners) listener.stop();
    expect(listeners.map(({ snapshots }) => snapshots.length)).toEqual(listeners.map(() => 2));
  });

  test("a cut connection is resumed: what happened meanwhile arrives, the rest does not come again", async () => {
    const proxy = await startProxy(firestore.emulator.port);
    const client = firestore.open({ host: proxy.host });
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
    const listener = follow(client.collection(collection.id));
    await listener.shows("a", "b", "c");
    proxy.cut();
    const batch = firestore.db.batch().update(collection.doc("a"), { n: 9 });
    await batch.delete(collection.doc("b")).set(collection.doc("d"), {}).commit();
    await listener.shows("a", "c", "d");
    listener.stop();
    await client.terminate();
    await proxy.close();
    expect(listener.changes(1).toSorted()).toEqual(["added d 2", "modified a 0>0", "removed b 1"]);
  });

  test("a refused query ends its listener with an error", async () => {
    expect(await queryRefusal(firestore.collection().where("n", "in", []))).toBe(
      code.invalidArgument,
    );
  });
});
