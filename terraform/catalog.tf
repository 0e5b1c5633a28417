# Firestore: what exists and its state. The indexes are those of firebase.json.

locals {
  firestore = jsondecode(file("${path.module}/../shared/catalog/indexes.json"))
  firestore_indexes = {
    for index in local.firestore.indexes :
    join("/", concat([index.collectionGroup], [for field in index.fields : "${field.fieldPath}:${try(field.order, field.arrayConfig)}"])) => index
  }
  firestore_fields = {
    for field in local.firestore.fieldOverrides : "${field.collectionGroup}/${field.fieldPath}" => field
  }
}

resource "google_firestore_database" "this" {
  name                              = var.firestore_database
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.protect ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.protect ? "PREVENT" : "DELETE"

  dynamic "cmek_config" {
    for_each = local.kms_keys

    content {
      kms_key_name = cmek_config.value
    }
  }

  depends_on = [google_project_service.this, time_sleep.key]
}

resource "google_firestore_backup_schedule" "daily" {
  count = var.backup_retention_days > 0 ? 1 : 0

  database  = google_firestore_database.this.name
  retention = "${var.backup_retention_days * 24 * 3600}s"

  daily_recurrence {}
}

resource "google_firestore_index" "this" {
  for_each = local.firestore_indexes

  database    = google_firestore_database.this.name
  collection  = each.value.collectionGroup
  query_scope = try(each.value.queryScope, "COLLECTION")

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }
}

# Single-field indexes that differ from Firestore's own, and fields that say when their document expires.
resource "google_firestore_field" "this" {
  for_each = local.firestore_fields

  database   = google_firestore_database.this.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []
    content {}
  }

  dynamic "index_config" {
    for_each = can(each.value.indexes) ? [each.value.indexes] : []

    content {
      dynamic "indexes" {
        for_each = index_config.value

        content {
          order        = try(indexes.value.order, null)
          array_config = try(indexes.value.arrayConfig, null)
          query_scope  = try(indexes.value.queryScope, "COLLECTION")
        }
      }
    }
  }
}
