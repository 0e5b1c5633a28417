import type { DocumentReference, Transaction } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { code, fill, ids, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const count = async (ref: DocumentReference): Promise<unknown> => (await ref.get()).get("n");

const increment = (ref: DocumentReference) => async (transaction: Transaction) => {
  const n = (await transaction.get(ref)).get("n") as number;
  transaction.update(ref, { n: n + 1 });
};

describe.each(firestoreTargets)("transactions on $name", (target) => {
  const firestore = useFirestore(target);
  const doc = () => firestore.collection().doc("a");
  const run: typeof firestore.db.runTransaction = (work, options) =>
    firestore.db.runTransaction(work, options);

  test("reads, then writes, and gives back what the function returns", async () => {
    const ref = doc();
    await ref.set({ n: 1 });
    const seen = await run(async (transaction) => {
      const snapshot = await transaction.get(ref);
      transaction.update(ref, { n: 2 }).create(ref.parent.doc("b"), { n: 3 });
      return snapshot.get("n") as number;
    });
    expect([seen, await count(ref), await count(ref.parent.doc("b"))]).toEqual([1, 2, 3]);
  });

  test("a function that throws writes nothing, and its error comes through", async () => {
    const ref = doc();
    await ref.set({ n: 1 });
    const work = run(async (transaction) => {
      await transaction.get(ref);
      transaction.update(ref, { n: 2 });
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await count(ref)).toBe(1);
  });

  test("a refused write undoes the others: ALREADY_EXISTS", async () => {
    const ref = doc();
    await ref.set({ n: 1 });
    const work = run(async (transaction) => {
      await transaction.get(ref);
      transaction.set(ref.parent.doc("b"), {}).create(ref, { n: 2 });
    });
    await expect(work).rejects.toMatchObject({ code: code.alreadyExists });
    expect(await ids(ref.parent)).toEqual(["a"]);
  });

  test("writes without reads, and reads without writes", async () => {
    const ref = doc();
    await run(async (transaction) => void transaction.set(ref, { n: 5 }));
    expect(await run(async (transaction) => (await transaction.get(ref)).get("n"))).toBe(5);
  });

  test("a query and getAll inside see one moment", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 1 }, b: { n: 2 } });
    const seen = await run(async (transaction) => {
      const found = await transaction.get(collection.orderBy("n"));
      const [a, none] = await transaction.getAll(collection.doc("a"), collection.doc("none"));
      const { count } = (await transaction.get(collection.count())).data();
      return [found.docs.map(({ id }) => id), a?.get("n"), none?.exists, count];
    });
    expect(seen).toEqual([["a", "b"], 1, false, 2]);
  });

  // Google's emulator locks, and of fifty contenders lets five through within the client's five attempts.
  const contenders = target.name === "google" ? 5 : 50;
  test(`${contenders} contending increments are all counted`, async () => {
    const ref = doc();
    await ref.set({ n: 0 });
    await Promise.all(Array.from({ length: contenders }, () => run(increment(ref))));
    expect(await count(ref)).toBe(contenders);
  });

  test("two that read and write the same run one after the other", async () => {
    const ref = doc();
    await ref.set({ n: 0 });
    const attempts: string[] = [];
    const readers = Promise.withResolvers<void>();
    const both = ["first", "second"].map((name) =>
      run(async (transaction) => {
        attempts.push(name);
        const n = (await transaction.get(ref)).get("n") as number;
        if (attempts.length >= 2) readers.resolve();
        await readers.promise; // neither writes before both have read
        transaction.update(ref, { n: n + 1 });
      }),
    );
    await Promise.all(both);
    expect(await count(ref)).toBe(2);
    expect(attempts.length).toBeGreaterThan(2);
  });

  test("without attempts left a conflict is ABORTED", async () => {
    const ref = doc();
    await ref.set({ n: 0 });
    const readers = Promise.withResolvers<void>();
    let read = 0;
    const both = [1, 2].map(() =>
      run(
        async (transaction) => {
          const n = (await transaction.get(ref)).get("n") as number;
          if (++read === 2) readers.resolve();
          await readers.promise;
          transaction.update(ref, { n: n + 1 });
        },
        { maxAttempts: 1 },
      ),
    );
    const outcomes = await Promise.allSettled(both);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused.map(({ reason }) => reason.code)).toEqual([code.aborted]);
    expect(await count(ref)).toBe(1);
  });

  test("two that read a query and add to it cannot both miss the other", async () => {
    const collection = firestore.collection();
    const readers = Promise.withResolvers<void>();
    let read = 0;
    const claim = (id: string) =>
      run(async (transaction) => {
        const taken = await transaction.get(collection.where("seat", "==", 1));
        if (++read >= 2) readers.resolve();
        await readers.promise;
        if (taken.empty) transaction.create(collection.doc(id), { seat: 1 });
        return taken.empty;
      });
    const claimed = await Promise.all([claim("me"), claim("you")]);
    expect(claimed.filter(Boolean)).toHaveLength(1);
    expect(await ids(collection)).toHaveLength(1);
  });

  test("two on different documents do not meet", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: { n: 0 }, b: { n: 0 } });
    let attempts = 0;
    const both = ["a", "b"].map((id) =>
      run((transaction) => (attempts++, increment(collection.doc(id))(transaction))),
    );
    await Promise.all(both);
    expect(attempts).toBe(2);
  });

  test("creating what both saw missing: one wins, the other sees it", async () => {
    const ref = doc();
    const readers = Promise.withResolvers<void>();
    let read = 0;
    const claim = () =>
      run(async (transaction) => {
        const { exists } = await transaction.get(ref);
        if (++read >= 2) readers.resolve();
        await readers.promise;
        if (!exists) transaction.create(ref, {});
        return exists;
      });
    expect((await Promise.all([claim(), claim()])).filter(Boolean)).toHaveLength(1);
  });

  test("a read-only transaction keeps seeing the moment it began", async () => {
    const ref = doc();
    await ref.set({ n: 1 });
    const seen = await run(
      async (transaction) => {
        const before: unknown = (await transaction.get(ref)).get("n");
        await ref.set({ n: 2 });
        return [before, (await transaction.get(ref)).get("n")];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([1, 1]);
    expect(await count(ref)).toBe(2);
  });

  test("a read-only transaction reads the past, documents and queries", async () => {
    const ref = doc();
    const { writeTime } = await ref.set({ n: 1 });
    await ref.set({ n: 2 });
    await ref.parent.doc("later").set({ n: 1 });
    const seen = await run(
      async (transaction) => {
        const found = await transaction.get(ref.parent.where("n", "==", 1));
        return [(await transaction.get(ref)).get("n"), found.docs.map(({ id }) => id)];
      },
      { readOnly: true, readTime: writeTime },
    );
    expect(seen).toEqual([1, ["a"]]);
  });

  test("a transaction that is over cannot be used: INVALID_ARGUMENT", async () => {
    const { database, wire } = firestore;
    const [{ transaction }] = await wire.beginTransaction({ database });
    const request = { database, transaction: transaction ?? null };
    await wire.commit(request);
    await expect(wire.commit(request)).rejects.toMatchObject({ code: code.invalidArgument });
  });

  test("writing in a read-only transaction is INVALID_ARGUMENT", async () => {
    const { database, wire } = firestore;
    const options = { readOnly: {} };
    const [{ transaction }] = await wire.beginTransaction({ database, options });
    const update = { name: `${database}/documents/readonly/a` };
    const request = { database, transaction: transaction ?? null, writes: [{ update }] };
    await expect(wire.commit(request)).rejects.toMatchObject({ code: code.invalidArgument });
  });

  test("after a rollback the documents are free", async () => {
    const { database, wire } = firestore;
    const ref = doc();
    await ref.set({ n: 0 });
    const [{ transaction }] = await wire.beginTransaction({ database });
    const name = `${database}/documents/${ref.path}`;
    await wire.getDocument({ name, transaction: transaction ?? null });
    await wire.rollback({ database, transaction: transaction ?? null });
    await ref.update({ n: 1 });
    expect(await count(ref)).toBe(1);
  });
});
