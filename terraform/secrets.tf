# What Freesound knows us by. The values are written and never read back: they are not in the state or the plan.

locals {
  # The variable of the function that each secret becomes.
  secrets = merge(
    { FREESOUND_API_KEY = "earmark-freesound-api-key" },
    var.freesound_client_id == null ? {} : {
      FREESOUND_CLIENT_SECRET = "earmark-freesound-client-secret"
      FREESOUND_REFRESH_TOKEN = "earmark-freesound-refresh-token"
    },
  )
}

resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id           = each.value
  deletion_protection = var.protect

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = local.kms_keys

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

# Freesound's refresh tokens work once: the crawl keeps the newest here, in versions of its own.
resource "google_secret_manager_secret" "tokens" {
  count = var.freesound_client_id == null ? 0 : 1

  secret_id           = "earmark-freesound-tokens"
  deletion_protection = var.protect

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = local.kms_keys

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

# The function does not start without a version. Freesound answers 401 to these until they are real.
resource "google_secret_manager_secret_version" "this" {
  for_each = google_secret_manager_secret.this

  secret = each.value.id
  secret_data_wo = coalesce({
    FREESOUND_API_KEY       = var.freesound_api_key
    FREESOUND_CLIENT_SECRET = var.freesound_client_secret
    FREESOUND_REFRESH_TOKEN = var.freesound_refresh_token
  }[each.key], "not-set-yet")
  secret_data_wo_version = var.freesound_secrets_version
  deletion_policy        = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }
}
