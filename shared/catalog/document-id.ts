import { PermanentError } from "#shared/errors.ts";

const limitBytes = 1500; // https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields

/**
 * The Firestore document id of a recording: its object name, percent-encoded, so that slashes and the names
 * that Firestore keeps for itself (`.`, `..`, `__x__`) are safe.
 * @throws PermanentError `name-too-long` when the encoded name passes Firestore's 1500 bytes.
 */
export function documentId(id: string): string {
  const encoded = encodeURIComponent(id)
    .replace(/^\.{1,2}$/, (dots) => dots.replaceAll(".", "%2E"))
    .replace(/^__(?=.*__$)/, "%5F%5F");
  if (encoded.length <= limitBytes) return encoded;
  throw new PermanentError(
    "name-too-long",
    `the object name takes ${encoded.length} bytes percent-encoded, the catalog holds ${limitBytes}: give it a shorter name`,
  );
}
