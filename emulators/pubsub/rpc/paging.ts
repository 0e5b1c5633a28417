import { invalidArgument } from "./status.ts";

const defaultPageSize = 100;
const maxPageSize = 1000;

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** One page of names in order; the token is the first name of the next page. */
export function page(names: Iterable<string>, { pageSize, pageToken }: PageRequest) {
  if (pageSize < 0) throw invalidArgument(`page_size is ${pageSize}: it cannot be negative`);
  const size = Math.min(pageSize || defaultPageSize, maxPageSize);
  const rest = [...names].toSorted().filter((name) => name >= pageToken);
  return { names: rest.slice(0, size), nextPageToken: rest[size] ?? "" };
}
