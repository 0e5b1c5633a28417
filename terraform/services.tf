# The APIs that Earmark calls, and the moment that their service agents take to appear.

data "google_project" "this" {
  project_id = var.project_id
}

locals {
  services = toset(concat([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "eventarc.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ], var.billing_account == null ? [] : ["billingbudgets.googleapis.com"]))

  # Known by their form, so that no beta resource is needed to ask for them.
  pubsub_agent = local.agents.pubsub
  # Those that encrypt with a key of the project's own, each what it keeps.
  agents = merge(
    { storage = data.google_storage_project_service_account.this.member },
    {
      for name, account in {
        artifact_registry = "service-%s@gcp-sa-artifactregistry"
        bigquery          = "bq-%s@bigquery-encryption"
        eventarc          = "service-%s@gcp-sa-eventarc"
        firestore         = "service-%s@gcp-sa-firestore"
        functions         = "service-%s@gcf-admin-robot"
        pubsub            = "service-%s@gcp-sa-pubsub"
        run               = "service-%s@serverless-robot-prod"
        secret_manager    = "service-%s@gcp-sa-secretmanager"
      } : name => "serviceAccount:${format(account, data.google_project.this.number)}.iam.gserviceaccount.com"
    },
  )
  # None or one, for the blocks that take a key.
  kms_keys = var.kms_key_name == null ? [] : [var.kms_key_name]
}

resource "google_project_service" "this" {
  for_each = local.services

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false # something else in the project may use it
}

# A first apply in a fresh project fails when a trigger comes before Eventarc's agent has its role.
resource "time_sleep" "agents" {
  create_duration = "90s"

  depends_on = [google_project_service.this, google_project_iam_member.storage_agent]
}

data "google_storage_project_service_account" "this" {
  project = var.project_id

  depends_on = [google_project_service.this]
}
