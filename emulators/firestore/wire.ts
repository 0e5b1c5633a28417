/**
 * The messages of google.firestore.v1 as `@grpc/proto-loader` hands them over: absent scalars are undefined,
 * lists and maps are never absent, 64-bit integers and enums are strings, and a oneof names its member.
 * Only what this emulator reads is declared.
 */

export interface Timestamp {
  readonly seconds?: string;
  readonly nanos?: number;
}

export interface GeoPoint {
  readonly latitude?: number;
  readonly longitude?: number;
}

export type Fields = Readonly<Record<string, Value>>;

export type Value =
  | { readonly valueType: "nullValue"; readonly nullValue: "NULL_VALUE" }
  | { readonly valueType: "booleanValue"; readonly booleanValue: boolean }
  | { readonly valueType: "integerValue"; readonly integerValue: string }
  | { readonly valueType: "doubleValue"; readonly doubleValue: number }
  | { readonly valueType: "timestampValue"; readonly timestampValue: Timestamp }
  | { readonly valueType: "stringValue"; readonly stringValue: string }
  | { readonly valueType: "bytesValue"; readonly bytesValue: Buffer }
  | { readonly valueType: "referenceValue"; readonly referenceValue: string }
  | { readonly valueType: "geoPointValue"; readonly geoPointValue: GeoPoint }
  | { readonly valueType: "arrayValue"; readonly arrayValue: { readonly values: readonly Value[] } }
  | { readonly valueType: "mapValue"; readonly mapValue: { readonly fields: Fields } };

export interface Document {
  readonly name?: string;
  readonly fields: Fields;
  readonly createTime?: Timestamp;
  readonly updateTime?: Timestamp;
}

export interface DocumentMask {
  readonly fieldPaths: readonly string[];
}

export interface Precondition {
  readonly exists?: boolean;
  readonly updateTime?: Timestamp;
}

export interface FieldTransform {
  readonly fieldPath?: string;
  readonly transformType?: string;
  readonly setToServerValue?: string;
  readonly increment?: Value;
  readonly maximum?: Value;
  readonly minimum?: Value;
  readonly appendMissingElements?: { readonly values: readonly Value[] };
  readonly removeAllFromArray?: { readonly values: readonly Value[] };
}

export interface Write {
  readonly update?: Document;
  readonly delete?: string;
  readonly transform?: {
    readonly document?: string;
    readonly fieldTransforms: readonly FieldTransform[];
  };
  readonly updateMask?: DocumentMask;
  readonly updateTransforms: readonly FieldTransform[];
  readonly currentDocument?: Precondition;
}

export interface WriteResult {
  readonly updateTime?: Timestamp;
  readonly transformResults: readonly Value[];
}

export interface TransactionOptions {
  readonly readOnly?: { readonly readTime?: Timestamp };
  readonly readWrite?: { readonly retryTransaction?: Buffer };
}

/** The consistency a read asks for: inside a transaction, a new one, at a time, or (none of them) the newest. */
export interface Consistency {
  readonly transaction?: Buffer;
  readonly newTransaction?: TransactionOptions;
  readonly readTime?: Timestamp;
}

interface FieldReference {
  readonly fieldPath?: string;
}

export interface Filter {
  readonly compositeFilter?: { readonly op?: string; readonly filters: readonly Filter[] };
  readonly fieldFilter?: {
    readonly field?: FieldReference;
    readonly op?: string;
    readonly value?: Value;
  };
  readonly unaryFilter?: { readonly field?: FieldReference; readonly op?: string };
}

export interface Order {
  readonly field?: FieldReference;
  readonly direction?: string;
}

export interface Cursor {
  readonly values: readonly Value[];
  readonly before?: boolean;
}

export interface StructuredQuery {
  readonly select?: { readonly fields: readonly FieldReference[] };
  readonly from: readonly { readonly collectionId?: string; readonly allDescendants?: boolean }[];
  readonly where?: Filter;
  readonly orderBy: readonly Order[];
  readonly startAt?: Cursor;
  readonly endAt?: Cursor;
  readonly offset?: number;
  readonly limit?: { readonly value?: number };
  readonly findNearest?: unknown;
}

export interface Aggregation {
  readonly alias?: string;
  readonly count?: { readonly upTo?: { readonly value?: string } };
  readonly sum?: { readonly field?: FieldReference };
  readonly avg?: { readonly field?: FieldReference };
}

export interface Target {
  readonly targetId?: number;
  readonly query?: { readonly parent?: string; readonly structuredQuery?: StructuredQuery };
  readonly documents?: { readonly documents: readonly string[] };
  readonly resumeToken?: Buffer;
  readonly readTime?: Timestamp;
  readonly once?: boolean;
}

export interface ListenRequest {
  readonly database?: string;
  readonly addTarget?: Target;
  readonly removeTarget?: number;
}
