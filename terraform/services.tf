# The APIs that Earmark calls, Google's agents that act for them, and the moments that both take to be there.

# Terraform asks Cloud Resource Manager before it can enable anything: README.md, "Before", enables that API by hand.
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
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
  ], var.billing_account == null ? [] : ["billingbudgets.googleapis.com"]))

  # By their form, which never changes: what is read from an API again whenever another one is enabled would make a
  # plan replace the agents' roles (https://cloud.google.com/iam/docs/service-agents).
  agents = {
    for name, account in {
      artifact_registry = "service-%s@gcp-sa-artifactregistry"
      bigquery          = "bq-%s@bigquery-encryption"
      eventarc          = "service-%s@gcp-sa-eventarc"
      firestore         = "service-%s@gcp-sa-firestore"
      functions         = "service-%s@gcf-admin-robot"
      pubsub            = "service-%s@gcp-sa-pubsub"
      run               = "service-%s@serverless-robot-prod"
      secret_manager    = "service-%s@gcp-sa-secretmanager"
      storage           = "service-%s@gs-project-accounts"
    } : name => "serviceAccount:${format(account, data.google_project.this.number)}.iam.gserviceaccount.com"
  }
  pubsub_agent = local.agents.pubsub
  # Agents that are made on request, and that something here is granted to before their service is used.
  requested = toset(concat(
    ["eventarc.googleapis.com", "pubsub.googleapis.com"],
    var.kms_key_name == null ? [] : [for name in ["artifactregistry", "cloudfunctions", "firestore", "run", "secretmanager"] : "${name}.googleapis.com"],
  ))
  # None or one, for the blocks that take a key.
  kms_keys = var.kms_key_name == null ? [] : [var.kms_key_name]
}

resource "google_project_service" "this" {
  for_each = local.services

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false # something else in the project may use it
}

# The two agents that have a call of their own which makes them.
data "google_storage_project_service_account" "this" {
  project = var.project_id

  depends_on = [google_project_service.this]
}

data "google_bigquery_default_service_account" "this" {
  count = var.kms_key_name == null ? 0 : 1

  project = var.project_id

  depends_on = [google_project_service.this]
}

# A role for an agent that is not there yet is refused, and only the provider's beta version can ask for one.
resource "terraform_data" "agent" {
  for_each = var.create_agents ? local.requested : []

  triggers_replace = { project = var.project_id, service = each.key }

  provisioner "local-exec" {
    command     = "${abspath(path.module)}/service-agent.sh"
    interpreter = ["bash"]

    environment = {
      PROJECT = self.triggers_replace.project
      SERVICE = self.triggers_replace.service
    }
  }

  depends_on = [google_project_service.this]
}

# IAM hears of a new account a moment after it is made.
resource "time_sleep" "identities" {
  create_duration = "30s"

  depends_on = [
    data.google_bigquery_default_service_account.this,
    data.google_storage_project_service_account.this,
    google_project_service.this,
    terraform_data.agent,
  ]
}

# A first apply in a fresh project fails when a trigger comes before Eventarc's agent has its role, and grants take
# effect after a while (https://cloud.google.com/iam/docs/access-change-propagation: typically two minutes).
resource "time_sleep" "agents" {
  create_duration = "120s"

  depends_on = [google_project_iam_member.storage_agent]
}

# A key that its agents may not use yet makes everything that it encrypts fail.
resource "time_sleep" "key" {
  count = length(local.kms_keys)

  create_duration = "120s"

  depends_on = [google_kms_crypto_key_iam_member.agent]
}

# Pub/Sub refuses a subscription to a table that its agent may not write yet.
resource "time_sleep" "dead_letters" {
  create_duration = "120s"

  depends_on = [google_bigquery_table_iam_member.dead_letters]
}
