import type { Instances } from "./instance.ts";
import { formatName } from "./names.ts";
import type { Fields, Value } from "./wire.ts";

/** A document's fields as plain JavaScript: timestamps as Date, integers as number, references as their name. */
type PlainFields = Record<string, unknown>;

/** What is stored, for tests to look at without a client. */
export interface Documents {
  /**
   * The fields of the document at a path such as `recordings/a.mp3`, or undefined.
   * `database` (`projects/P/databases/D`) is needed only when there is more than one.
   */
  get(path: string, database?: string): PlainFields | undefined;
  /** The full names of all documents, sorted. */
  names(): string[];
}

export function readDocuments(instances: Instances): Documents {
  return {
    get(path, name) {
      const [only, ...more] = instances.all();
      if (name === undefined && more.length > 0)
        throw new Error("there are several databases: say which, as projects/P/databases/D");
      const instance = name === undefined ? only : instances.get(name);
      const found = instance?.database.read(path);
      return found === undefined ? undefined : toPlainFields(found.fields);
    },
    names: () =>
      [...instances.all()]
        .flatMap(({ database }) =>
          database
            .collectionPaths("")
            .flatMap((collection) => [...database.documents(collection)])
            .map(({ path }) => formatName(database.name, path)),
        )
        .toSorted(),
  };
}

const toPlainFields = (fields: Fields): PlainFields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, toPlain(value)]));

function toPlain(value: Value): unknown {
  switch (value.valueType) {
    case "nullValue":
      return null;
    case "booleanValue":
      return value.booleanValue;
    case "integerValue":
      return Number(value.integerValue);
    case "doubleValue":
      return value.doubleValue;
    case "timestampValue": {
      const { seconds = "0", nanos = 0 } = value.timestampValue;
      return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6));
    }
    case "stringValue":
      return value.stringValue;
    case "bytesValue":
      return value.bytesValue;
    case "referenceValue":
      return value.referenceValue;
    case "geoPointValue":
      return { latitude: 0, longitude: 0, ...value.geoPointValue };
    case "arrayValue":
      return value.arrayValue.values.map(toPlain);
    default:
      return toPlainFields(value.mapValue.fields);
  }
}
