# Pub/Sub: what happened to recordings, and what no retry could mend.

locals {
  topics = { events = "earmark-events", dead_letters = "earmark-dead-letters" }
}

resource "google_pubsub_topic" "this" {
  for_each = local.topics

  name                       = each.value
  message_retention_duration = "${7 * 24 * 3600}s"
  kms_key_name               = var.kms_key_name

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.this, time_sleep.key]
}

# Where dead letters wait to be looked at or replayed.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = local.topics.dead_letters
  topic                      = google_pubsub_topic.this["dead_letters"].id
  ack_deadline_seconds       = 60
  message_retention_duration = "${31 * 24 * 3600}s"

  expiration_policy {
    ttl = "" # never, however long nobody looks
  }
}

# And where they stay, to be asked in SQL.
resource "google_pubsub_subscription" "dead_letters_table" {
  name  = "${local.topics.dead_letters}-table"
  topic = google_pubsub_topic.this["dead_letters"].id

  bigquery_config {
    table          = "${var.project_id}.${google_bigquery_dataset.this.dataset_id}.${google_bigquery_table.dead_letters.table_id}"
    write_metadata = true
  }

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  depends_on = [time_sleep.dead_letters]
}

# Eventarc makes the subscription of a trigger itself, under a name that it chooses, and has no setting for dead
# letters: they are set on the subscription afterwards (https://cloud.google.com/eventarc/docs/retry-events).
resource "terraform_data" "event_dead_letters" {
  for_each = var.event_dead_letters ? local.triggers : {}

  triggers_replace = {
    trigger  = google_cloudfunctions2_function.this[each.key].event_trigger[0].trigger
    topic    = google_pubsub_topic.this["dead_letters"].id
    attempts = var.delivery_attempts
    member   = local.pubsub_agent
  }

  provisioner "local-exec" {
    command     = "${abspath(path.module)}/event-dead-letters.sh"
    interpreter = ["bash"]

    environment = {
      PROJECT  = var.project_id
      TRIGGER  = self.triggers_replace.trigger
      TOPIC    = self.triggers_replace.topic
      ATTEMPTS = self.triggers_replace.attempts
      MEMBER   = self.triggers_replace.member
    }
  }
}
