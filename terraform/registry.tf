# Images of the functions: the newest of each stay for a rollback, the rest goes.

resource "google_artifact_registry_repository" "this" {
  repository_id = "earmark"
  description   = "Images of Earmark's functions, built by Cloud Build."
  location      = var.region
  format        = "DOCKER"
  kms_key_name  = var.kms_key_name

  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      tag_state  = "ANY"
      older_than = "${7 * 24 * 3600}s"
    }
  }

  depends_on = [google_project_service.this, time_sleep.key]
}
