import { describe, expect, test } from "vitest";
import { failure, statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();

/** A number that is the generation of nothing. */
const other = 12345;

const put = () => it.emulator.objects.put(it.bucket.name, "p", "x");
const path = (query: string) => `/storage/v1/b/${it.bucket.name}/o/p?${query}`;
const upload = (query: string) =>
  it.fetch(`/upload/storage/v1/b/${it.bucket.name}/o?uploadType=media&name=p&${query}`, {
    method: "POST",
    body: "new",
  });

describe("creation", () => {
  test.each([
    ["multipart", false],
    ["resumable", true],
  ])("ifGenerationMatch 0 by %s upload creates once", async (_kind, resumable) => {
    const options = { resumable, preconditionOpts: { ifGenerationMatch: 0 } };
    await it.file("p").save("first", options);
    expect(await statusOf(it.file("p").save("second", options))).toBe(412);
    expect(String((await it.file("p").download())[0])).toBe("first");
  });

  test.each([
    ["multipart", false],
    ["resumable", true],
  ])("of 8 creators by %s upload one wins", async (_kind, resumable) => {
    const creators = Array.from({ length: 8 }, (_, n) =>
      it
        .file("race")
        .save(`creator ${n}`, { resumable, preconditionOpts: { ifGenerationMatch: 0 } }),
    );
    const results = await Promise.allSettled(creators);
    const winners = results.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
    expect(winners).toHaveLength(1);
    const codes = results.flatMap((result) =>
      result.status === "rejected" ? [Number(result.reason.code)] : [],
    );
    expect(codes).toEqual(Array.from({ length: 7 }, () => 412));
    expect(String((await it.file("race").download())[0])).toBe(`creator ${winners[0]}`);
  });

  test("of 8 writers that replace one generation one wins", async () => {
    const { generation } = put();
    const writers = Array.from({ length: 8 }, (_, n) =>
      it.file("p").save(`${n}`, {
        resumable: false,
        preconditionOpts: { ifGenerationMatch: generation },
      }),
    );
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("after a delete the name is free again", async () => {
    put();
    await it.file("p").delete();
    expect((await upload("ifGenerationMatch=0")).status).toBe(200);
  });

  test("the refusal has the service's shape", async () => {
    put();
    const error = await failure(
      it.file("p").save("x", { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
    );
    expect(error).toMatchObject({
      code: 412,
      message: "At least one of the pre-conditions you specified did not hold.",
      errors: [
        {
          domain: "global",
          reason: "conditionNotMet",
          locationType: "header",
          location: "If-Match",
        },
      ],
    });
  });
});

describe("uploads over an object", () => {
  test.each([
    ["ifGenerationMatch", "right", 200],
    ["ifGenerationMatch", "other", 412],
    ["ifGenerationNotMatch", "right", 412],
    ["ifGenerationNotMatch", "other", 200],
    ["ifGenerationNotMatch", "0", 200],
    ["ifMetagenerationMatch", "1", 200],
    ["ifMetagenerationMatch", "2", 412],
    ["ifMetagenerationNotMatch", "1", 412],
    ["ifMetagenerationNotMatch", "2", 200],
  ])("%s %s answers %i", async (key, value, status) => {
    expect((await upload(`${key}=${fill(value, put().generation)}`)).status).toBe(status);
  });

  test.each([
    ["ifGenerationMatch", "other", 412],
    ["ifGenerationNotMatch", "0", 412],
    ["ifMetagenerationMatch", "1", 412],
    ["ifGenerationMatch", "zero", 400],
  ])("with nothing there, %s %s answers %i", async (key, value, status) => {
    expect((await upload(`${key}=${fill(value, "")}`)).status).toBe(status);
  });

  test("two conditions must both hold", async () => {
    const { generation } = put();
    const both = (meta: number) =>
      upload(`ifGenerationMatch=${generation}&ifMetagenerationMatch=${meta}`);
    expect((await both(2)).status).toBe(412);
    expect((await both(1)).status).toBe(200);
  });
});

describe.each([
  ["GET", "read of metadata", ""],
  ["GET", "download", "alt=media&"],
  ["PATCH", "patch", ""],
  ["PUT", "update", ""],
  ["DELETE", "delete", ""],
])("%s, %s", (method, _what, extra) => {
  const failedNotMatch = method === "GET" ? 304 : 412;
  const good = method === "DELETE" ? 204 : 200;
  test.each([
    ["ifGenerationMatch", "right", good],
    ["ifGenerationMatch", "other", 412],
    ["ifGenerationNotMatch", "right", failedNotMatch],
    ["ifGenerationNotMatch", "other", good],
    ["ifMetagenerationMatch", "1", good],
    ["ifMetagenerationMatch", "2", 412],
    ["ifMetagenerationNotMatch", "1", failedNotMatch],
    ["ifMetagenerationNotMatch", "2", good],
  ])("%s %s answers %i", async (key, value, status) => {
    const query = `${extra}${key}=${fill(value, put().generation)}`;
    const body = method === "PATCH" || method === "PUT" ? { body: "{}" } : {};
    expect((await it.fetch(path(query), { method, ...body })).status).toBe(status);
  });

  test.each([
    ["If-Match", "right", good],
    ["If-Match", "other", 412],
    ["If-None-Match", "right", failedNotMatch],
    ["If-None-Match", "other", good],
  ])("%s with the etag %s answers %i", async (header, value, status) => {
    put();
    const [{ etag = "" }] = await it.file("p").getMetadata();
    const body = method === "PATCH" || method === "PUT" ? { body: "{}" } : {};
    const headers = { [header]: fill(value, etag) };
    expect((await it.fetch(path(extra), { method, headers, ...body })).status).toBe(status);
  });

  test("refused, it changes nothing", async () => {
    put();
    const body = method === "PATCH" || method === "PUT" ? { body: '{"contentType":"a/b"}' } : {};
    await it.fetch(path(`${extra}ifGenerationMatch=${other}`), { method, ...body });
    const kept = it.emulator.objects.get(it.bucket.name, "p");
    expect([String(kept?.bytes), kept?.metageneration, kept?.fields]).toEqual(["x", 1, {}]);
  });

  test("of a missing object is 404", async () => {
    const body = method === "PATCH" || method === "PUT" ? { body: "{}" } : {};
    const response = await it.fetch(path(`${extra}ifGenerationMatch=5`), { method, ...body });
    expect(response.status).toBe(404);
  });
});

test("the client's own patch and delete conditions", async () => {
  const { generation } = put();
  await it.file("p").setMetadata({ metadata: { a: "1" } }, { ifMetagenerationMatch: 1 });
  const stale = it.file("p").setMetadata({ metadata: { a: "2" } }, { ifMetagenerationMatch: 1 });
  expect(await statusOf(stale)).toBe(412);
  expect(await statusOf(it.file("p").delete({ ifGenerationMatch: other }))).toBe(412);
  await it.file("p").delete({ ifGenerationMatch: generation });
  expect(await it.file("p").exists()).toEqual([false]);
});

const fill = (value: string, generation: string) =>
  value.replace("right", generation).replace("other", String(other));
