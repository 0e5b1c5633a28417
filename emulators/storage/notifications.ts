import { type Handler, jsonBody, noContent, ok } from "./call.ts";
import { ApiError, required } from "./errors.ts";

interface NotificationConfig {
  readonly id: string;
  readonly topic: string;
  readonly payload_format: string;
  readonly [field: string]: unknown;
}

/**
 * A bucket's notification configurations: kept and listed, never acted upon. Finalize events
 * leave this emulator through `onFinalize`.
 * https://cloud.google.com/storage/docs/json_api/v1/notifications
 */
export function createNotifications(): Record<"insert" | "list" | "get" | "remove", Handler> {
  // Keyed by the bucket's creation as well, so that a bucket made anew begins without any.
  const configs = new Map<string, Map<string, NotificationConfig>>();
  const of: (...call: Parameters<Handler>) => Map<string, NotificationConfig> = (store, call) => {
    const { name, timeCreated } = store.bucket(call.path["bucket"] ?? "");
    const key = `${name} ${timeCreated}`;
    const found = configs.get(key) ?? new Map<string, NotificationConfig>();
    configs.set(key, found);
    return found;
  };
  let lastId = 0;

  const find: (...call: Parameters<Handler>) => NotificationConfig = (store, call) => {
    const { bucket = "", notification = "" } = call.path;
    const found = of(store, call).get(notification);
    if (found === undefined)
      throw new ApiError(
        404,
        "notFound",
        `Notification ${notification} of bucket ${bucket} does not exist.`,
      );
    return found;
  };

  return {
    insert(store, call) {
      const existing = of(store, call);
      const { topic, payload_format, event_types, custom_attributes, object_name_prefix } =
        jsonBody(call.body);
      if (typeof topic !== "string") throw required("Required parameter: topic");
      if (payload_format !== "JSON_API_V1" && payload_format !== "NONE")
        throw required("payload_format must be JSON_API_V1 or NONE");
      lastId += 1;
      const id = String(lastId);
      const config: NotificationConfig = {
        kind: "storage#notification",
        id,
        selfLink: `${call.origin}/storage/v1/b/${call.path["bucket"]}/notificationConfigs/${id}`,
        etag: id,
        topic,
        payload_format,
        ...(event_types === undefined ? {} : { event_types }),
        ...(custom_attributes === undefined ? {} : { custom_attributes }),
        ...(object_name_prefix === undefined ? {} : { object_name_prefix }),
      };
      existing.set(id, config);
      return ok(config);
    },
    list(store, call) {
      const items = [...of(store, call).values()];
      return ok({ kind: "storage#notifications", ...(items.length > 0 ? { items } : {}) });
    },
    get: (store, call) => ok(find(store, call)),
    remove(store, call) {
      of(store, call).delete(find(store, call).id);
      return noContent;
    },
  };
}
