import { type Call, type Handler } from "./call.ts";
import { ApiError, invalid } from "./errors.ts";

/** Method (or `ANY`), path with `:variables`, and what answers. */
export type Route = readonly [method: string, path: string, handler: Handler];

export interface Match {
  readonly handler: Handler;
  readonly path: Call["path"];
}

/** Finds the route of a request; the first that fits wins. Throws 404 or 405 when none does. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): Match {
  const segments = pathname.split("/");
  let isKnownPath = false;
  for (const [routeMethod, pattern, handler] of routes) {
    const path = matchPath(pattern.split("/"), segments);
    if (path === undefined) continue;
    if (routeMethod === method || routeMethod === "ANY") return { handler, path };
    isKnownPath = true;
  }
  if (isKnownPath)
    throw new ApiError(405, "methodNotAllowed", `${method} is not allowed for ${pathname}`);
  throw new ApiError(404, "notFound", `The storage emulator serves nothing at ${pathname}`);
}

function matchPath(pattern: readonly string[], segments: readonly string[]) {
  if (pattern.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":")) path[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return path;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(`The path segment ${segment} is not percent-encoded UTF-8.`);
  }
}
