import { type Handler } from "./call.ts";
import { invalid, notImplemented } from "./errors.ts";
import { type Route } from "./router.ts";

/** Every bucket has uniform access, so the service too refuses its access control lists. */
const refuseAcl: Handler = () => {
  throw invalid("Cannot use ACL API when uniform bucket-level access is enabled.");
};

const refuse =
  (what: string): Handler =>
  () => {
    throw notImplemented(what);
  };

/** Parts of the API that are refused by name instead of with a bare 404. */
export const absentRoutes: readonly Route[] = [
  ["ANY", "/storage/v1/b/:bucket/acl", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/acl/:entity", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/defaultObjectAcl", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/defaultObjectAcl/:entity", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/o/:object/acl", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/o/:object/acl/:entity", refuseAcl],
  ["ANY", "/storage/v1/b/:bucket/iam", refuse("IAM policies")],
  ["ANY", "/storage/v1/b/:bucket/iam/testPermissions", refuse("IAM policies")],
  ["ANY", "/storage/v1/b/:bucket/o/watch", refuse("object change channels")],
  ["ANY", "/storage/v1/b/:bucket/o/:object/restore", refuse("soft deletion")],
  ["ANY", "/storage/v1/b/:bucket/restore", refuse("soft deletion")],
  ["ANY", "/storage/v1/b/:bucket/lockRetentionPolicy", refuse("retention policies")],
  ["ANY", "/storage/v1/projects/:project/hmacKeys", refuse("HMAC keys")],
  ["ANY", "/storage/v1/projects/:project/serviceAccount", refuse("service accounts")],
  ["ANY", "/batch/storage/v1", refuse("batch requests")],
];
