# The two buckets. Only `recordings` has triggers: what is written to `references` starts nothing.

locals {
  buckets = {
    recordings = { name = "${var.project_id}-earmark-recordings", versioned = false }
    # A replaced reference changes scores: its former versions explain the old ones.
    references = { name = "${var.project_id}-earmark-references", versioned = true }
  }
}

resource "google_storage_bucket" "this" {
  for_each = local.buckets

  name                        = each.value.name
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.protect
  deletion_policy             = var.protect ? "PREVENT" : "DELETE"

  # A recording is replaced only by itself with new metadata, so a week of soft delete does what versions would.
  soft_delete_policy {
    retention_duration_seconds = 7 * 24 * 3600
  }

  versioning {
    enabled = each.value.versioned
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "lifecycle_rule" {
    for_each = !each.value.versioned && var.nearline_after_days > 0 ? [var.nearline_after_days] : []

    content {
      action {
        type          = "SetStorageClass"
        storage_class = "NEARLINE"
      }
      condition {
        age                   = lifecycle_rule.value
        matches_storage_class = ["STANDARD"]
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.versioned ? [365] : []

    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  dynamic "encryption" {
    for_each = local.kms_keys

    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.this, time_sleep.key]
}
