import { ApiError, invalid } from "./api-error.ts";

/** An object of Cloud Storage. */
export interface SourceFile {
  readonly uri: string;
  readonly content: Buffer;
}

/** Objects of the local Cloud Storage, by their `gs://` addresses. */
export interface ObjectStorage {
  /** An object, or all that a `*` stands for in the order of their names. */
  read(uri: string): Promise<SourceFile[]>;
  write(uri: string, content: Buffer, contentType: string): Promise<void>;
}

function split(uri: string): { bucket: string; name: string } {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/([^]+)$/.exec(uri) ?? [];
  if (bucket === undefined || name === undefined)
    throw invalid(`Source URI must be a Google Cloud Storage location: ${uri}`);
  if (bucket.includes("*") || name.split("*").length > 2)
    throw invalid(`Only one wildcard is allowed, and none in the bucket's name: ${uri}`);
  return { bucket, name };
}

interface Listing {
  readonly items?: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

/** Speaks the JSON API of Cloud Storage at `baseUrl`. */
export function openObjectStorage(baseUrl: string): ObjectStorage {
  const request = async (path: string, uri: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(baseUrl + path, init);
    if (response.status === 404) throw new ApiError(404, "notFound", `Not found: URI ${uri}`);
    if (!response.ok)
      throw new ApiError(
        503,
        "backendError",
        `Cloud Storage answered ${response.status} for ${uri}`,
      );
    return response;
  };
  const get = async (bucket: string, name: string, uri: string): Promise<SourceFile> => {
    const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?alt=media`;
    const response = await request(path, uri);
    return { uri: `gs://${bucket}/${name}`, content: Buffer.from(await response.arrayBuffer()) };
  };
  const names = async (bucket: string, prefix: string, uri: string): Promise<string[]> => {
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const query = new URLSearchParams({ prefix, ...(pageToken && { pageToken }) });
      const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`;
      const listing = (await (await request(path, uri)).json()) as Listing;
      found.push(...(listing.items ?? []).map((item) => item.name));
      pageToken = listing.nextPageToken;
    } while (pageToken !== undefined);
    return found;
  };
  return {
    async read(uri) {
      const { bucket, name } = split(uri);
      const [prefix = "", suffix] = name.split("*");
      if (suffix === undefined) return [await get(bucket, name, uri)];
      const found = (await names(bucket, prefix, uri)).filter(
        (item) => item.endsWith(suffix) && item.length >= prefix.length + suffix.length,
      );
      if (found.length === 0) throw new ApiError(404, "notFound", `Not found: URI ${uri}`);
      return Promise.all(found.toSorted().map((item) => get(bucket, item, uri)));
    },
    async write(uri, content, contentType) {
      const { bucket, name } = split(uri);
      await request(
        `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${encodeURIComponent(name)}`,
        uri,
        { method: "POST", headers: { "content-type": contentType }, body: new Uint8Array(content) },
      );
    },
  };
}
