import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { startTarget } from "./eventarc-target.ts";
import { startJob } from "./scheduler-job.ts";

describe("a run", () => {
  test("POSTs with the headers of Cloud Scheduler and answers status and body", async () => {
    const target = await startTarget(() => 200);
    const scheduler = startJob({
      url: `${target.url}/crawl`,
      body: '{"query":"speech"}',
      headers: { "Content-Type": "application/json", "X-Own": "1" },
      jobName: "earmark-crawl",
    });
    const run = await scheduler.runNow();
    expect(run).toMatchObject({ ok: true, status: 200, body: "answer 1", attempts: 1 });
    expect(target.received[0]).toMatchObject({
      method: "POST",
      body: '{"query":"speech"}',
      headers: {
        "content-type": "application/json",
        "content-length": "18",
        "user-agent": "Google-Cloud-Scheduler",
        "x-cloudscheduler": "true",
        "x-cloudscheduler-jobname": "earmark-crawl",
        "x-cloudscheduler-scheduletime": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        "x-own": "1",
      },
    });
    expect(target.received[0]?.headers.authorization).toBeUndefined();
  });

  test("a body without a content type is an octet stream; without a body there is none", async () => {
    const target = await startTarget();
    await startJob({ url: target.url, body: "x" }).runNow();
    await startJob({ url: target.url }).runNow();
    const types = target.received.map(({ headers }) => headers["content-type"]);
    expect(types).toEqual(["application/octet-stream", undefined]);
  });

  test("a job cannot set what the service sets", async () => {
    const target = await startTarget();
    const headers = { "User-Agent": "me", "X-CloudScheduler": "false", "X-AppEngine-X": "1" };
    await startJob({ url: target.url, headers }).runNow();
    expect(target.received[0]?.headers).toMatchObject({
      "user-agent": "Google-Cloud-Scheduler",
      "x-cloudscheduler": "true",
    });
    expect(target.received[0]?.headers["x-appengine-x"]).toBeUndefined();
  });

  test("the stand-in token has an ID token's claims and no signature", async () => {
    const target = await startTarget();
    const oidc = { serviceAccountEmail: "crawl@test.iam.gserviceaccount.com" };
    await startJob({ url: target.url, oidc }).runNow();
    const token = target.received[0]?.headers.authorization ?? "";
    const [header, claims, signature] = token
      .replace("Bearer ", "")
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString());
    expect(JSON.parse(header ?? "")).toMatchObject({ alg: "none" });
    expect(JSON.parse(claims ?? "")).toMatchObject({
      aud: target.url,
      email: oidc.serviceAccountEmail,
      iss: "https://accounts.google.com",
    });
    expect(signature).toBe("");
  });

  test("a real functions-framework function parses its JSON", async () => {
    http("takesJson", (request, response) => {
      const { query } = request.body as { query: string };
      response.status(201).send(`crawling ${query} by ${request.get("user-agent")}`);
    });
    const server = getTestServer("takesJson");
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const headers = { "content-type": "application/json" };
    const run = await startJob({ url, body: '{"query":"speech"}', headers }).runNow();
    await new Promise((resolve) => server.close(resolve));
    expect(run).toMatchObject({ status: 201, body: "crawling speech by Google-Cloud-Scheduler" });
  });
});

describe("failures", () => {
  test("are not retried by default", async () => {
    const target = await startTarget(() => 500);
    const run = await startJob({ url: target.url }).runNow();
    expect(run).toMatchObject({ ok: false, status: 500, body: "answer 1", attempts: 1 });
  });

  test("are retried as often as configured, with one schedule time", async () => {
    const target = await startTarget((_, count) => (count < 3 ? 503 : 200));
    const run = await startJob({ url: target.url, retry: { retryCount: 5 } }).runNow();
    expect(run).toMatchObject({ ok: true, attempts: 3 });
    const times = target.received.map(({ headers }) => headers["x-cloudscheduler-scheduletime"]);
    expect(new Set(times).size).toBe(1);
  });

  test("end with the last answer when retries are used up", async () => {
    const target = await startTarget(() => 503);
    const run = await startJob({ url: target.url, retry: { retryCount: 2 } }).runNow();
    expect(run).toMatchObject({ ok: false, status: 503, body: "answer 3", attempts: 3 });
  });

  test("an attempt over its deadline has no status but an error", async () => {
    const target = await startTarget((_, count) => (count === 1 ? "silence" : 200));
    const options = { url: target.url, attemptDeadlineSeconds: 0.05 };
    expect(await startJob(options).runNow()).toEqual({
      ok: false,
      attempts: 1,
      scheduleTime: expect.any(Date),
      error: "no answer within 50 ms",
    });
  });

  test("a target that is not there is an error that says so", async () => {
    const target = await startTarget();
    await target.close();
    const run = await startJob({ url: target.url }).runNow();
    expect(run.error).toMatch(/ECONNREFUSED/);
  });

  test("close cuts a run that is under way", async () => {
    const target = await startTarget(() => "silence");
    const scheduler = startJob({ url: target.url, retry: { retryCount: 5 } });
    const run = scheduler.runNow();
    await expect.poll(() => target.received.length).toBe(1);
    await scheduler.close();
    expect((await run).ok).toBe(false);
  });
});
