/**
 * Every binding that the plan may hold, and the call that needs it. `who` is an account (its id, or an agent of
 * Google's), `on` the resource. A binding that is not here fails the tests, and so does one that is gone.
 */
export interface AllowedBinding {
  readonly who: string;
  readonly role: string;
  readonly on: string;
  readonly call: string;
  /** Only with an option that is off by default. */
  readonly optional?: true;
}

const rowWriter = "roles/earmarkRowWriter";
const database = "project if earmark-database";

/** What a function that is started by an object needs to be started, and to say what happened. */
const triggered = (who: string): AllowedBinding[] => {
  const name = who.replace("earmark-", "");
  return [
    {
      who,
      role: "roles/eventarc.eventReceiver",
      on: "project",
      call: "Eventarc delivers events to the trigger's account",
    },
    {
      who,
      role: "roles/run.invoker",
      on: `service ${name}`,
      call: "run.routes.invoke by the trigger",
    },
    {
      who,
      role: "roles/storage.objectViewer",
      on: "bucket recordings",
      call: "storage.objects.get of the event's generation",
    },
    {
      who,
      role: "roles/datastore.user",
      on: database,
      call: "Firestore Get, BeginTransaction, Commit on recordings/{id}",
    },
    {
      who,
      role: rowWriter,
      on: "table rejections",
      call: "bigquery.tabledata.insertAll of a rejection",
    },
    {
      who,
      role: "roles/pubsub.publisher",
      on: "topic earmark-events",
      call: "Pub/Sub Publish of recording.….v1",
    },
    {
      who,
      role: "roles/pubsub.publisher",
      on: "topic earmark-dead-letters",
      call: "Pub/Sub Publish of a rejection",
    },
  ];
};

export const allowedBindings: readonly AllowedBinding[] = [
  {
    who: "earmark-crawl",
    role: "roles/earmarkRecordingKeeper",
    on: "bucket recordings",
    call: "see customRoles",
  },
  {
    who: "earmark-crawl",
    role: "roles/storage.objectViewer",
    on: "bucket references",
    call: "storage.objects.get of a manifest",
  },
  {
    who: "earmark-crawl",
    role: "roles/datastore.user",
    on: database,
    call: "Firestore Commit on crawls/{id}",
  },
  {
    who: "earmark-crawl",
    role: rowWriter,
    on: "table crawls",
    call: "bigquery.tabledata.insertAll of the crawl",
  },
  ...["api-key", "client-secret", "refresh-token"].map((name) => ({
    who: "earmark-crawl",
    role: "roles/secretmanager.secretAccessor",
    on: `secret earmark-freesound-${name}`,
    call: "secretmanager.versions.access at the start",
    ...(name === "api-key" ? {} : { optional: true as const }),
  })),

  {
    who: "earmark-crawl",
    role: "roles/earmarkTokenKeeper",
    on: "secret earmark-freesound-tokens",
    call: "see customRoles",
    optional: true,
  },

  ...triggered("earmark-load"),
  {
    who: "earmark-load",
    role: rowWriter,
    on: "table recordings",
    call: "bigquery.tabledata.insertAll of a recording",
  },

  ...triggered("earmark-classify"),
  {
    who: "earmark-classify",
    role: "roles/storage.objectViewer",
    on: "bucket references",
    call: "storage.objects.list and get of a reference",
  },
  {
    who: "earmark-classify",
    role: rowWriter,
    on: "table quality",
    call: "bigquery.tabledata.insertAll of a grade",
  },

  {
    who: "earmark-scheduler",
    role: "roles/run.invoker",
    on: "service crawl",
    call: "run.routes.invoke with an OIDC token",
  },
  {
    who: "user:someone@example.com",
    role: "roles/run.invoker",
    on: "service crawl",
    call: "POST / by a person in crawl_invokers",
    optional: true,
  },

  {
    who: "earmark-build",
    role: "roles/logging.logWriter",
    on: "project",
    call: "logging.entries.write of the build's log",
  },
  {
    who: "earmark-build",
    role: "roles/storage.objectViewer",
    on: "bucket source",
    call: "storage.objects.get of the bundle",
  },
  {
    who: "earmark-build",
    role: "roles/storage.objectAdmin",
    on: "project if functions-source",
    call: "storage.objects.get of the copy that Cloud Functions makes (its documented role)",
  },
  {
    who: "earmark-build",
    role: "roles/artifactregistry.writer",
    on: "repository earmark",
    call: "docker push of the image",
  },

  {
    who: "storage agent",
    role: "roles/pubsub.publisher",
    on: "project",
    call: "Pub/Sub Publish of finalize events, to topics that Eventarc makes",
  },
  ...[
    ["bigquery agent", "tables"],
    ["eventarc agent", "events on their way"],
    ["firestore agent", "the database and its backups"],
    ["functions agent", "the source that Cloud Functions copies"],
    ["pubsub agent", "messages"],
    ["registry agent", "images"],
    ["run agent", "the container that an instance starts from"],
    ["secrets agent", "secrets"],
    ["storage agent", "objects"],
  ].map(([who = "", what = ""]) => ({
    who,
    role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    on: "key",
    call: `cloudkms.cryptoKeyVersions.useToEncrypt and useToDecrypt of ${what}`,
    optional: true as const,
  })),
  {
    who: "pubsub agent",
    role: "roles/pubsub.publisher",
    on: "topic earmark-dead-letters",
    call: "Pub/Sub Publish of an event that was delivered too often",
  },
  {
    who: "pubsub agent",
    role: "roles/bigquery.dataEditor",
    on: "table dead_letters",
    call: "BigQuery storage write by the subscription",
  },
  {
    who: "pubsub agent",
    role: "roles/bigquery.metadataViewer",
    on: "table dead_letters",
    call: "bigquery.tables.get by the subscription",
  },
  {
    who: "pubsub agent",
    role: "roles/iam.serviceAccountTokenCreator",
    on: "project",
    call: "iam.serviceAccounts.getOpenIdToken where Pub/Sub is older than April 2021",
    optional: true,
  },
];

/** What the roles of our own may do, and the call that needs it. */
export const customRoles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  earmarkRecordingKeeper: {
    "storage.objects.create": "storage.objects.insert with ifGenerationMatch 0",
    "storage.objects.delete": "storage.objects.insert over an older version, which deletes it",
    "storage.objects.get": "storage.objects.get: is it stored, and with what metadata?",
    "storage.objects.list":
      "storage.objects.list; without it a missing object answers 403, not 404",
    "storage.objects.update": "storage.objects.patch of the metadata of what changed at the source",
  },
  earmarkTokenKeeper: {
    "secretmanager.versions.access": "versions/latest:access of the OAuth2 tokens",
    "secretmanager.versions.add":
      "addVersion: a refresh token works once, and the next one is kept",
    "secretmanager.versions.destroy": "versions:destroy of the one before",
  },
  earmarkRowWriter: { "bigquery.tables.updateData": "bigquery.tabledata.insertAll" },
};
