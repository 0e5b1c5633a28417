# Who may do what. Each function has an account of its own with the roles that its calls need, on the resource that
# they touch; test/unit/terraform/allowed-bindings.ts names the call behind every binding, and refuses any other.

locals {
  # Tables that each function adds rows to.
  writes = {
    crawl    = ["crawls"]
    load     = ["recordings", "rejections"]
    classify = ["quality", "rejections"]
  }
  # By name, so that a plan shows which it is.
  roles = {
    keeper       = "projects/${var.project_id}/roles/${google_project_iam_custom_role.this["keeper"].role_id}"
    row_writer   = "projects/${var.project_id}/roles/${google_project_iam_custom_role.this["row_writer"].role_id}"
    token_keeper = "projects/${var.project_id}/roles/${google_project_iam_custom_role.this["token_keeper"].role_id}"
  }
  # Buckets that each function uses, and how. A viewer lists too, without which a missing object answers 403.
  uses = {
    "crawl/recordings/keep"    = { function = "crawl", bucket = "recordings", role = local.roles.keeper }
    "crawl/references/view"    = { function = "crawl", bucket = "references", role = "roles/storage.objectViewer" }
    "load/recordings/view"     = { function = "load", bucket = "recordings", role = "roles/storage.objectViewer" }
    "classify/recordings/view" = { function = "classify", bucket = "recordings", role = "roles/storage.objectViewer" }
    "classify/references/view" = { function = "classify", bucket = "references", role = "roles/storage.objectViewer" }
  }
}

# ---------------------------------------------------------------- accounts

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "earmark-${each.key}"
  display_name = "Earmark: function ${each.key}"

  depends_on = [google_project_service.this]
}

resource "google_service_account" "scheduler" {
  account_id   = "earmark-scheduler"
  display_name = "Earmark: starts the crawl"

  depends_on = [google_project_service.this]
}

resource "google_service_account" "build" {
  account_id   = "earmark-build"
  display_name = "Earmark: builds the functions' images"

  depends_on = [google_project_service.this]
}

# ---------------------------------------------------------------- functions

resource "google_storage_bucket_iam_member" "function" {
  for_each = local.uses

  bucket = google_storage_bucket.this[each.value.bucket].name
  role   = each.value.role
  member = google_service_account.function[each.value.function].member
}

# Firestore has no roles on a database: the condition makes it one.
resource "google_project_iam_member" "firestore" {
  for_each = local.functions

  project = var.project_id
  role    = "roles/datastore.user"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "earmark-database"
    expression = "resource.name == \"projects/${var.project_id}/databases/${var.firestore_database}\""
  }
}

# Predefined roles are wider: those that may add a row may also read, change and delete the table, those that may
# replace an object may also restore and move others, and those that may destroy a version may also disable the others.
resource "google_project_iam_custom_role" "this" {
  for_each = {
    keeper = {
      id          = "earmarkRecordingKeeper"
      description = "Stores recordings, keeps their metadata, and replaces those whose licence changed at the source."
      permissions = ["storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list", "storage.objects.update"]
    }
    row_writer = {
      id          = "earmarkRowWriter"
      description = "Streams rows into a BigQuery table."
      permissions = ["bigquery.tables.updateData"]
    }
    token_keeper = {
      id          = "earmarkTokenKeeper"
      description = "Reads the newest version of a secret, adds the next and destroys the one before."
      permissions = ["secretmanager.versions.access", "secretmanager.versions.add", "secretmanager.versions.destroy"]
    }
  }

  role_id     = "${each.value.id}${var.role_suffix}"
  title       = "Earmark: ${each.key}"
  description = each.value.description
  permissions = each.value.permissions

  depends_on = [google_project_service.this]
}

resource "google_bigquery_table_iam_member" "function" {
  for_each = merge([
    for function, tables in local.writes : { for table in tables : "${function}/${table}" => { function = function, table = table } }
  ]...)

  dataset_id = google_bigquery_dataset.this.dataset_id
  table_id   = google_bigquery_table.this[each.value.table].table_id
  role       = local.roles.row_writer
  member     = google_service_account.function[each.value.function].member
}

resource "google_pubsub_topic_iam_member" "function" {
  for_each = {
    for pair in setproduct(keys(local.triggers), keys(local.topics)) : join("/", pair) => { function = pair[0], topic = pair[1] }
  }

  topic  = google_pubsub_topic.this[each.value.topic].name
  role   = "roles/pubsub.publisher"
  member = google_service_account.function[each.value.function].member
}

resource "google_secret_manager_secret_iam_member" "crawl" {
  for_each = google_secret_manager_secret.this

  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function["crawl"].member
}

resource "google_secret_manager_secret_iam_member" "tokens" {
  count = length(google_secret_manager_secret.tokens)

  secret_id = google_secret_manager_secret.tokens[0].secret_id
  role      = local.roles.token_keeper
  member    = google_service_account.function["crawl"].member
}

# ---------------------------------------------------------------- who starts them

resource "google_project_iam_member" "event_receiver" {
  for_each = local.triggers

  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.function[each.key].member
}

resource "google_cloud_run_service_iam_member" "trigger" {
  for_each = local.triggers

  location = var.region
  service  = google_cloudfunctions2_function.this[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.function[each.key].member
}

resource "google_cloud_run_service_iam_member" "crawl" {
  for_each = merge({ scheduler = google_service_account.scheduler.member }, { for member in var.crawl_invokers : member => member })

  location = var.region
  service  = google_cloudfunctions2_function.this["crawl"].name
  role     = "roles/run.invoker"
  member   = each.value
}

# ---------------------------------------------------------------- the build

resource "google_project_iam_member" "build" {
  for_each = {
    logs = { role = "roles/logging.logWriter", bucket = null }
    # Cloud Functions copies the source into a bucket of its own, which exists only after the first deployment; with a
    # key, a hash of it ends the bucket's name (https://cloud.google.com/functions/docs/building).
    source = { role = "roles/storage.objectAdmin", bucket = "gcf-v2-sources-${data.google_project.this.number}-${var.region}" }
  }

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.build.member

  dynamic "condition" {
    for_each = each.value.bucket == null ? [] : [each.value.bucket]

    content {
      title      = "functions-source"
      expression = var.kms_key_name == null ? "resource.name == \"projects/_/buckets/${condition.value}\" || resource.name.startsWith(\"projects/_/buckets/${condition.value}/\")" : "resource.name.startsWith(\"projects/_/buckets/${condition.value}-\")"
    }
  }
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.this.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# ---------------------------------------------------------------- Google's own agents
# Eventarc's agent is given its role by Google when the API is enabled; services.tf waits for that.

resource "google_project_iam_member" "storage_agent" {
  project = var.project_id
  role    = "roles/pubsub.publisher" # on the project: Eventarc makes the topic of a trigger itself
  member  = local.agents.storage

  depends_on = [time_sleep.identities]
}

resource "google_pubsub_topic_iam_member" "pubsub_agent" {
  topic  = google_pubsub_topic.this["dead_letters"].name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent

  depends_on = [time_sleep.identities]
}

resource "google_bigquery_table_iam_member" "dead_letters" {
  for_each = toset(["roles/bigquery.dataEditor", "roles/bigquery.metadataViewer"])

  dataset_id = google_bigquery_dataset.this.dataset_id
  table_id   = google_bigquery_table.dead_letters.table_id
  role       = each.key
  member     = local.pubsub_agent

  depends_on = [time_sleep.identities]
}

resource "google_project_iam_member" "pubsub_token_creator" {
  count = var.legacy_pubsub_agent ? 1 : 0

  project = var.project_id
  role    = "roles/iam.serviceAccountTokenCreator"
  member  = local.pubsub_agent

  depends_on = [time_sleep.identities]
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each = var.kms_key_name == null ? {} : local.agents

  crypto_key_id = var.kms_key_name
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value

  depends_on = [time_sleep.identities]
}
