import { ApiError, invalid } from "./api-error.ts";

/** Objects of the local Cloud Storage, by their `gs://` addresses. */
export interface ObjectStorage {
  /** The texts of an object, or of all that a `*` stands for. */
  read(uri: string): Promise<string[]>;
  write(uri: string, content: string, contentType: string): Promise<void>;
}

function split(uri: string): { bucket: string; name: string } {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket === undefined || name === undefined)
    throw invalid(`Source URI must be a Google Cloud Storage location: ${uri}`);
  return { bucket, name };
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
  const get = async (bucket: string, name: string, uri: string) =>
    (await request(`/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`, uri)).text();
  return {
    async read(uri) {
      const { bucket, name } = split(uri);
      if (!name.includes("*")) return [await get(bucket, name, uri)];
      const [prefix = "", suffix = ""] = name.split("*");
      const listed = (await (
        await request(`/storage/v1/b/${bucket}/o?prefix=${encodeURIComponent(prefix)}`, uri)
      ).json()) as { items?: { name: string }[] };
      const names = (listed.items ?? [])
        .map((item) => item.name)
        .filter((item) => item.endsWith(suffix));
      if (names.length === 0) throw new ApiError(404, "notFound", `Not found: URI ${uri}`);
      return Promise.all(names.map((item) => get(bucket, item, uri)));
    },
    async write(uri, content, contentType) {
      const { bucket, name } = split(uri);
      await request(
        `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
        uri,
        {
          method: "POST",
          headers: { "content-type": contentType },
          body: content,
        },
      );
    },
  };
}
