import { absentRoutes } from "./absent.ts";
import { deleteBucket, getBucket, insertBucket, listBuckets, patchBucket } from "./buckets.ts";
import { type Handler } from "./call.ts";
import { composeObject, copyObject, moveObject, rewriteObject } from "./copies.ts";
import { required } from "./errors.ts";
import { listObjects } from "./list.ts";
import { createNotifications } from "./notifications.ts";
import { deleteObject, downloadObject, getObject, patchObject, updateObject } from "./objects.ts";
import { createResumableUploads } from "./resumable.ts";
import { type Route } from "./router.ts";
import { uploadMultipart, uploadSimple } from "./uploads.ts";

/** Everything served, as a table. A fresh one per emulator, for it holds upload sessions. */
export function createRoutes(projectId?: string): readonly Route[] {
  const resumable = createResumableUploads();
  const notifications = createNotifications();
  const upload: Handler = (store, call) => {
    const type = call.query.get("uploadType");
    const handlers: Readonly<Record<string, Handler>> = {
      media: uploadSimple,
      multipart: uploadMultipart,
      resumable: resumable.start,
    };
    const handler = handlers[type ?? ""];
    if (handler === undefined)
      throw required(`uploadType must be media, multipart or resumable, not ${String(type)}`);
    return handler(store, call);
  };
  return [
    ["POST", "/upload/storage/v1/b/:bucket/o", upload],
    ["PUT", "/upload/storage/v1/b/:bucket/o", resumable.put],
    ["DELETE", "/upload/storage/v1/b/:bucket/o", resumable.cancel],
    ["GET", "/download/storage/v1/b/:bucket/o/:object", downloadObject],
    ["GET", "/storage/v1/b", listBuckets(projectId)],
    ["POST", "/storage/v1/b", insertBucket],
    ["GET", "/storage/v1/b/:bucket", getBucket],
    ["PATCH", "/storage/v1/b/:bucket", patchBucket],
    ["DELETE", "/storage/v1/b/:bucket", deleteBucket],
    ["GET", "/storage/v1/b/:bucket/o", listObjects],
    ["GET", "/storage/v1/b/:bucket/o/:object", getObject],
    ["PATCH", "/storage/v1/b/:bucket/o/:object", patchObject],
    ["PUT", "/storage/v1/b/:bucket/o/:object", updateObject],
    ["DELETE", "/storage/v1/b/:bucket/o/:object", deleteObject],
    ["POST", "/storage/v1/b/:bucket/o/:object/copyTo/b/:toBucket/o/:toObject", copyObject],
    ["POST", "/storage/v1/b/:bucket/o/:object/rewriteTo/b/:toBucket/o/:toObject", rewriteObject],
    ["POST", "/storage/v1/b/:bucket/o/:object/moveTo/o/:toObject", moveObject],
    ["POST", "/storage/v1/b/:bucket/o/:object/compose", composeObject],
    ["GET", "/storage/v1/b/:bucket/notificationConfigs", notifications.list],
    ["POST", "/storage/v1/b/:bucket/notificationConfigs", notifications.insert],
    ["GET", "/storage/v1/b/:bucket/notificationConfigs/:notification", notifications.get],
    ["DELETE", "/storage/v1/b/:bucket/notificationConfigs/:notification", notifications.remove],
    ...absentRoutes,
  ];
}
