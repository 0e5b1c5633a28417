# BigQuery: tables and views from the same files as the code and the emulator.

locals {
  warehouse = "${path.module}/../shared/warehouse"
  tables = {
    for file in fileset("${local.warehouse}/tables", "*.json") :
    trimsuffix(file, ".json") => jsondecode(file("${local.warehouse}/tables/${file}"))
  }
  places = { project = var.project_id, dataset = google_bigquery_dataset.this.dataset_id }
  views = {
    for file in fileset("${local.warehouse}/views", "*.sql") :
    trimsuffix(file, ".sql") => file("${local.warehouse}/views/${file}")
  }
  # BigQuery refuses a view on one that is not there yet: those on other views come second.
  stacked = toset([
    for name, sql in local.views : name
    if anytrue([for other in keys(local.views) : strcontains(sql, "$${dataset}.${other}`")])
  ])
}

resource "google_bigquery_dataset" "this" {
  dataset_id                 = "earmark"
  friendly_name              = "Earmark"
  description                = "Speech recordings, where they come from, how they may be used and how good they are."
  location                   = var.region
  max_time_travel_hours      = "168"
  delete_contents_on_destroy = !var.protect
  deletion_policy            = var.protect ? "PREVENT" : "DELETE"

  dynamic "default_encryption_configuration" {
    for_each = local.kms_keys

    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_project_service.this, time_sleep.key]
}

resource "google_bigquery_table" "this" {
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  description         = each.value.description
  schema              = jsonencode(each.value.schema.fields)
  clustering          = each.value.clustering.fields
  deletion_protection = var.protect

  time_partitioning {
    type  = each.value.timePartitioning.type
    field = each.value.timePartitioning.field
  }

  dynamic "encryption_configuration" {
    for_each = local.kms_keys

    content {
      kms_key_name = encryption_configuration.value
    }
  }
}

resource "google_bigquery_table" "view" {
  for_each = setsubtract(keys(local.views), local.stacked)

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  deletion_protection = false # it holds nothing

  view {
    query          = templatefile("${local.warehouse}/views/${each.key}.sql", local.places)
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.this]
}

resource "google_bigquery_table" "stacked_view" {
  for_each = local.stacked

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  deletion_protection = false

  view {
    query          = templatefile("${local.warehouse}/views/${each.key}.sql", local.places)
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.this, google_bigquery_table.view]
}

# Filled by Pub/Sub (events.tf), not by the functions: the columns are those that a BigQuery subscription writes.
resource "google_bigquery_table" "dead_letters" {
  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = "dead_letters"
  description         = "One row for each message of the dead letters: rejections, and events that a function kept failing on."
  clustering          = ["subscription_name"]
  deletion_protection = var.protect

  schema = jsonencode([
    for column in [
      ["subscription_name", "STRING", "Subscription that wrote the row."],
      ["message_id", "STRING", "Id of the message; the same message may be written twice."],
      ["publish_time", "TIMESTAMP", "When it became a dead letter."],
      ["attributes", "JSON", "Attributes of the message."],
      ["data", "STRING", "The message, as JSON: a rejection, or the object resource of the event."],
    ] : { name = column[0], type = column[1], mode = "NULLABLE", description = column[2] }
  ])

  time_partitioning {
    type  = "DAY"
    field = "publish_time"
  }

  dynamic "encryption_configuration" {
    for_each = local.kms_keys

    content {
      kms_key_name = encryption_configuration.value
    }
  }
}
