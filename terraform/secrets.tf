# The key of the Freesound API. Its value is written and never read back: it is not in the state or the plan.

resource "google_secret_manager_secret" "freesound_api_key" {
  secret_id           = "earmark-freesound-api-key"
  deletion_protection = var.protect

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.this]
}

# The function does not start without a version. Freesound answers 401 to this one until there is a real key.
resource "google_secret_manager_secret_version" "freesound_api_key" {
  secret                 = google_secret_manager_secret.freesound_api_key.id
  secret_data_wo         = coalesce(var.freesound_api_key, "no-key-yet")
  secret_data_wo_version = var.freesound_api_key_version
  deletion_policy        = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }
}
