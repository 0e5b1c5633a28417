import { expect, test } from "vitest";
import { documentId } from "#shared/catalog/document-id.ts";
import { readRecording } from "#shared/catalog/recording.ts";
import { PermanentError } from "#shared/errors.ts";

test.each([
  ["freesound/42.mp3", "freesound%2F42.mp3"],
  ["é ü.wav", "%C3%A9%20%C3%BC.wav"],
  [".", "%2E"],
  ["..", "%2E%2E"],
  ["__x__", "%5F%5Fx__"],
  ["__x", "__x"],
])("the document of %s is %s", (name, id) => {
  expect(documentId(name)).toBe(id);
  expect(decodeURIComponent(id)).toBe(name);
});

test("a name that Firestore cannot hold is refused by name", () => {
  expect(() => documentId("日".repeat(300))).toThrowError(PermanentError);
  expect(() => documentId("日".repeat(300))).toThrowError(/2700 bytes/);
});

test("a stored document of an unknown version is refused", () => {
  expect(() => readRecording({ schemaVersion: 99, id: "a", generation: "1" })).toThrowError(
    /schemaVersion/,
  );
  expect(readRecording({ schemaVersion: 1, id: "a", generation: "1" }).rejected).toEqual({});
});
