import { type ServiceName, serviceNames } from "../local/services.ts";
import { parseCount, UsageError } from "./cli.ts";

/** `["bigquery=9050"]` → `{ bigquery: 9050 }`. */
export function parsePorts(options: readonly string[] = []): Partial<Record<ServiceName, number>> {
  return Object.fromEntries(
    options.map((option) => {
      const [name = "", port = ""] = option.split("=");
      if (!serviceNames.includes(name as ServiceName))
        throw new UsageError(
          `--port takes NAME=PORT with one of ${serviceNames.join(", ")}, not "${option}"`,
        );
      const number = parseCount("port", port);
      if (number > 65_535) throw new UsageError(`--port ${option}: a port is at most 65535`);
      return [name, number];
    }),
  );
}
