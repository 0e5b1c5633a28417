import { invalidArgument } from "./status.ts";

export type Collection = "topics" | "subscriptions" | "snapshots";

/** What a topic becomes in its subscriptions once it is deleted. */
export const deletedTopic = "_deleted-topic_";

const id = /^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/** Throws unless `name` is `projects/P/COLLECTION/ID` with a valid id (cloud.google.com/pubsub/docs/pubsub-basics#resource_names). */
export function checkName(collection: Collection, name: string): void {
  const [projects, project, kind, last = "", ...rest] = name.split("/");
  const valid =
    projects === "projects" && project && kind === collection && rest.length === 0 && id.test(last);
  if (!valid || last.startsWith("goog")) {
    throw invalidArgument(
      `Invalid [${collection}] name: (name=${name}): expected projects/PROJECT/${collection}/ID, where ID is ` +
        "3 to 255 of letters, digits and -_.~+%, starts with a letter and not with goog",
    );
  }
}

/** Throws unless `name` is `projects/P`. */
export function checkProject(name: string): void {
  if (!/^projects\/[^/]+$/.test(name)) {
    throw invalidArgument(`Invalid [projects] name: (name=${name}): expected projects/PROJECT`);
  }
}
