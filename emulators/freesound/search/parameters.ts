import { ApiError, notFound } from "../reply.ts";

/** A search request's parameters, cleaned as the API's search form cleans them. */
export interface SearchParameters {
  /** Blank when all sounds are meant. */
  readonly query: string;
  readonly filter: string;
  readonly sort: string;
  readonly page: number;
  readonly pageSize: number;
  /** As given; `null` when absent. */
  readonly fields: string | null;
  readonly groupByPack: boolean;
  /** As given: it is only repeated in links. */
  readonly weights: string;
}

const sorts = new Set([
  "score",
  "duration_desc",
  "duration_asc",
  "created_desc",
  "created_asc",
  "downloads_desc",
  "downloads_asc",
  "rating_desc",
  "rating_asc",
]);

const defaultPageSize = 15;
const largestPageSize = 150;

/** Throws the API's 400 for a blank filter and its 404 for a page or page size below 1. */
export function parseSearch(query: URLSearchParams): SearchParameters {
  const filter = query.get("filter");
  if (filter?.trim() === "") throw new ApiError(400, "Invalid filter.");
  const text = (query.get("query") ?? "").trim();
  const sort = query.get("sort") ?? "";
  return {
    query: /^["\s]*$/.test(text) || /^['\s]*$/.test(text) ? "" : text,
    filter: filter?.trim() ?? "",
    sort: sorts.has(sort) ? sort : "score",
    ...pageOf(query),
    fields: query.get("fields"),
    groupByPack: query.get("group_by_pack") === "1",
    weights: query.get("weights") ?? "",
  };
}

/** Which page of a list is meant. Throws the API's 404 for one below 1. */
export function pageOf(query: URLSearchParams): Pick<SearchParameters, "page" | "pageSize"> {
  const page = integer(query.get("page")) ?? 1;
  const pageSize = Math.min(integer(query.get("page_size")) ?? defaultPageSize, largestPageSize);
  if (page < 1 || pageSize < 1) throw notFound();
  return { page, pageSize };
}

/** The address of another page of the same search, as the API writes it: `?&query=…`, without the token. */
export function pageUrl(
  baseUrl: string,
  parameters: SearchParameters,
  page: number,
  { filter = parameters.filter, groupByPack = parameters.groupByPack ? "1" : "" } = {},
): string {
  let link = `${baseUrl}/apiv2/search/?&query=${quote(parameters.query)}`;
  if (filter !== "") link += `&filter=${quote(filter)}`;
  link += `&weights=${parameters.weights}`;
  if (parameters.sort !== "score") link += `&sort=${parameters.sort}`;
  link += `&page=${page}`;
  if (parameters.pageSize !== defaultPageSize) link += `&page_size=${parameters.pageSize}`;
  if (parameters.fields) link += `&fields=${quote(parameters.fields)}`;
  if (groupByPack !== "") link += `&group_by_pack=${groupByPack}`;
  return link;
}

const integer = (text: string | null) =>
  text !== null && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;

/** Percent-encodes as the API's links do: `,:[]*+()'` stay (so does `+`, which reads back as a space). */
const quote = (text: string) =>
  encodeURIComponent(text)
    .replaceAll(/%(2C|3A|5B|5D|2B)/g, (code) => decodeURIComponent(code))
    .replaceAll("!", "%21");
