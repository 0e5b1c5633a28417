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
  secret_versions = {
    for variable in keys(local.secrets) :
    variable => lookup(var.freesound_secret_versions, lower(trimprefix(variable, "FREESOUND_")), 1)
  }
  secret_values = {
    FREESOUND_API_KEY       = var.freesound_api_key == null ? "" : var.freesound_api_key
    FREESOUND_CLIENT_SECRET = var.freesound_client_secret == null ? "" : var.freesound_client_secret
    FREESOUND_REFRESH_TOKEN = var.freesound_refresh_token == null ? "" : var.freesound_refresh_token
  }
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

  depends_on = [google_project_service.this, time_sleep.key]
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

  depends_on = [google_project_service.this, time_sleep.key]
}

# A value is written when its version in freesound_secret_versions is new, and then only if there is one: nothing
# stands in for it, since what stands in would one day be written over a key that works.
resource "terraform_data" "secret_given" {
  for_each = local.secrets

  triggers_replace = local.secret_versions[each.key]

  provisioner "local-exec" {
    command     = "${abspath(path.module)}/secret-given.sh"
    interpreter = ["bash"]

    environment = {
      VARIABLE = lower(each.key)
      VALUE    = local.secret_values[each.key]
    }
  }
}

resource "google_secret_manager_secret_version" "this" {
  for_each = google_secret_manager_secret.this

  secret                 = each.value.id
  secret_data_wo         = local.secret_values[each.key] # empty, it is refused, and the former version stays
  secret_data_wo_version = local.secret_versions[each.key]
  deletion_policy        = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [terraform_data.secret_given]
}
