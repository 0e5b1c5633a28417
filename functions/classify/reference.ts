import { ObjectGoneError } from "#shared/errors.ts";
import type { ObjectFinalized } from "#shared/events.ts";
import type { Objects } from "#shared/objects/objects.ts";

type ReferenceKind = "metadata" | "paired" | "fixed";

export interface Reference {
  readonly kind: ReferenceKind;
  readonly path: string;
  readonly bytes: Uint8Array;
}

const audioExtension = /^\.(wav|flac|mp3|ogg|oga|opus|aif|aiff)$/i;

/** What was found, and a reference that was named and is not there, as a person would say it. */
export interface ReferenceSearch {
  readonly reference: Reference | null;
  readonly missing: string | null;
}

/**
 * The reference of a recording, looked for in this order: the object's `reference` metadata, an object of the
 * same name with any audio extension, the fixed reference of the configuration.
 */
export async function findReference(
  references: Objects,
  object: ObjectFinalized,
  fixedReference: string | undefined,
): Promise<ReferenceSearch> {
  const stem = object.name.replace(/\.[^./]+$/, "");
  const candidates = [
    { kind: "metadata" as const, name: object.metadata["reference"] },
    { kind: "paired" as const, name: await findPaired(references, stem) },
    { kind: "fixed" as const, name: fixedReference },
  ];
  let missing: string | null = null;
  for (const { kind, name } of candidates) {
    if (name === undefined) continue;
    const path = `gs://${references.bucket}/${name}`;
    const bytes = await tryRead(references, name);
    if (bytes !== null) return { reference: { kind, path, bytes }, missing };
    missing = `the ${kind === "fixed" ? "fixed" : "named"} reference ${path} is not there`;
  }
  return { reference: null, missing };
}

async function findPaired(references: Objects, stem: string): Promise<string | undefined> {
  const names = await references.find(`${stem}.`);
  return names.find((name) => audioExtension.test(name.slice(stem.length)));
}

async function tryRead(references: Objects, name: string): Promise<Uint8Array | null> {
  try {
    return await references.read(name);
  } catch (error) {
    if (error instanceof ObjectGoneError) return null;
    throw error;
  }
}
