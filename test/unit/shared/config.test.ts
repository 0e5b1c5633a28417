import { expect, test } from "vitest";
import {
  ClassifyConfig,
  ConfigError,
  CrawlConfig,
  LoadConfig,
  parseConfig,
} from "#shared/config.ts";

const base = { GOOGLE_CLOUD_PROJECT: "p", RECORDINGS_BUCKET: "p-earmark-recordings" };

test("reports every problem together, by the variable's name", () => {
  const environment = { GOOGLE_CLOUD_PROJECT: "p", MAX_BYTES: "many", LOG_LEVEL: "LOUD" };
  const parse = () => parseConfig(LoadConfig, environment);
  expect(parse).toThrowError(ConfigError);
  expect(parse).toThrowError(/RECORDINGS_BUCKET: is not set/);
  expect(parse).toThrowError(/MAX_BYTES: .*number/);
  expect(parse).toThrowError(/LOG_LEVEL: .*DEBUG/);
});

test("an empty variable counts as unset and takes its default", () => {
  const config = parseConfig(LoadConfig, {
    ...base,
    BIGQUERY_DATASET: "",
    MAX_DURATION_SECONDS: "60",
  });
  expect(config).toMatchObject({ BIGQUERY_DATASET: "earmark", MAX_DURATION_SECONDS: 60 });
});

test("lists are split and trimmed", () => {
  const environment = { ...base, FREESOUND_API_KEY: "k", CRAWL_LICENSES: "CC0-1.0, CC-BY-4.0," };
  expect(parseConfig(CrawlConfig, environment).CRAWL_LICENSES).toEqual(["CC0-1.0", "CC-BY-4.0"]);
});

test("label thresholds default to the case study's and must fall", () => {
  const environment = { ...base, REFERENCES_BUCKET: "r" };
  expect(parseConfig(ClassifyConfig, environment).LABEL_THRESHOLDS).toEqual({
    excellent: 4.5,
    good: 3.5,
    fair: 2.5,
  });
  for (const LABEL_THRESHOLDS of ["3,4,2", "4.5,3.5", "high,low,none"])
    expect(() => parseConfig(ClassifyConfig, { ...environment, LABEL_THRESHOLDS })).toThrowError(
      /LABEL_THRESHOLDS/,
    );
});

test("a label may rest on DNSMOS where a model is named", () => {
  const environment = { ...base, REFERENCES_BUCKET: "r" };
  const parse = (more: Record<string, string>) =>
    parseConfig(ClassifyConfig, { ...environment, ...more });
  expect(parse({})).toMatchObject({ LABEL_BASIS: "measures" });
  const DNSMOS_MODEL_SHA256 = "AB".repeat(32);
  expect(
    parse({ LABEL_BASIS: "dnsmos", DNSMOS_MODEL: "gs://b/m.onnx", DNSMOS_MODEL_SHA256 }),
  ).toMatchObject({ LABEL_BASIS: "dnsmos", DNSMOS_MODEL_SHA256: "ab".repeat(32) });
  expect(parse({ DNSMOS_MODEL: "./models/m.onnx" }).DNSMOS_MODEL).toBe("./models/m.onnx");
  expect(() => parse({ LABEL_BASIS: "dnsmos" })).toThrowError(/LABEL_BASIS: needs DNSMOS_MODEL/);
  for (const DNSMOS_MODEL of ["https://example.org/m.onnx", "gs://bucket", "gs:///m.onnx"])
    expect(() => parse({ DNSMOS_MODEL })).toThrowError(/DNSMOS_MODEL: must be gs:\/\//);
  expect(() => parse({ DNSMOS_MODEL_SHA256: "269f" })).toThrowError(/DNSMOS_MODEL_SHA256: .*64/);
});
