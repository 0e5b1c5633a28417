# One map of functions, one resource over it.

locals {
  crawl_defaults = {
    query          = "speech"
    filter         = null
    limit          = null
    licenses       = []
    ai_preferences = []
    format         = "preview-hq-mp3"
    concurrency    = 8
    overlap_hours  = 168
  }
  crawl = merge(local.crawl_defaults, { for key, value in var.crawl : key => value if value != null })
  limit_defaults = {
    max_duration_seconds   = 3600
    max_bytes              = 100000000
    max_channels           = 8
    decode_timeout_seconds = 120
    decode_memory_mb       = 384
  }
  limits = merge(local.limit_defaults, var.limits)
  common = {
    GOOGLE_CLOUD_PROJECT = var.project_id
    RECORDINGS_BUCKET    = local.buckets.recordings.name
    BIGQUERY_DATASET     = google_bigquery_dataset.this.dataset_id
    FIRESTORE_DATABASE   = google_firestore_database.this.name
    LOG_LEVEL            = var.log_level
    MAX_BYTES            = local.limits.max_bytes
    # Filled while the image is built (gcp-build of each bundle): V8's code for the framework and the function.
    NODE_COMPILE_CACHE = "/workspace/.compile-cache"
    # Google's clients need not look for it: there is a metadata server.
    METADATA_SERVER_DETECTION = "assume-present"
  }
  reading = {
    EVENTS_TOPIC           = local.topics.events
    DEAD_LETTERS_TOPIC     = local.topics.dead_letters
    MAX_DURATION_SECONDS   = local.limits.max_duration_seconds
    MAX_CHANNELS           = local.limits.max_channels
    DECODE_TIMEOUT_SECONDS = local.limits.decode_timeout_seconds
    DECODE_MEMORY_MB       = local.limits.decode_memory_mb
  }

  # `bucket` makes a function start when an object is finalized in it; without, it answers HTTP.
  functions = {
    crawl = {
      description = "Searches Freesound and stores what is not stored yet."
      bucket      = null
      scaling     = { cpu = "1", memory = "512Mi", concurrency = 10, min_instances = 0, max_instances = 1, timeout = 1800 }
      secrets     = local.secrets
      environment = {
        NODE_OPTIONS                  = "--max-old-space-size=192" # Node clears late where it may grow: a long crawl lives in 65 MiB
        REFERENCES_BUCKET             = local.buckets.references.name
        CRAWL_QUERY                   = local.crawl.query
        CRAWL_FILTER                  = local.crawl.filter
        CRAWL_LIMIT                   = local.crawl.limit
        CRAWL_LICENSES                = join(",", local.crawl.licenses)
        CRAWL_AI_PREFERENCES          = join(",", local.crawl.ai_preferences)
        CRAWL_FORMAT                  = local.crawl.format
        CRAWL_CONCURRENCY             = local.crawl.concurrency
        CRAWL_OVERLAP_HOURS           = local.crawl.overlap_hours
        CRAWL_TIMEOUT_SECONDS         = try(tonumber(var.scaling["crawl"].timeout), 1800) - 60 # it stops by itself, and the next crawl goes on from there
        FREESOUND_CLIENT_ID           = var.freesound_client_id
        FREESOUND_TOKEN_STORE         = try("projects/${var.project_id}/secrets/${google_secret_manager_secret.tokens[0].secret_id}", null)
        FREESOUND_REQUESTS_PER_MINUTE = lookup(var.freesound_rates, "per_minute", 60)
        FREESOUND_REQUESTS_PER_DAY    = lookup(var.freesound_rates, "per_day", 2000)
      }
    }
    load = {
      description = "Decodes a stored recording and catalogues what it is."
      bucket      = local.buckets.recordings.name
      scaling     = { cpu = "1", memory = "1Gi", concurrency = 1, min_instances = 0, max_instances = 20, timeout = 540 }
      secrets     = {}
      environment = local.reading
    }
    classify = {
      description = "Scores a stored recording and labels it."
      bucket      = local.buckets.recordings.name
      scaling     = { cpu = "1", memory = "2Gi", concurrency = 1, min_instances = 0, max_instances = 20, timeout = 540 }
      secrets     = {}
      environment = merge(local.reading, {
        REFERENCES_BUCKET   = local.buckets.references.name
        FIXED_REFERENCE     = var.fixed_reference
        LABEL_THRESHOLDS    = join(",", var.label_thresholds)
        LABEL_BASIS         = var.label_basis
        DNSMOS_MODEL        = var.dnsmos_model
        DNSMOS_MODEL_SHA256 = var.dnsmos_model_sha256
      })
    }
  }
  triggers = { for name, function in local.functions : name => function.bucket if function.bucket != null }
  scaling = {
    for name, function in local.functions : name =>
    merge(function.scaling, lookup(var.scaling, name, {}))
  }
  # Memory in MiB.
  memory = {
    for name, size in local.scaling : name => tonumber(regex("^[0-9]+", size.memory)) * (endswith(size.memory, "Gi") ? 1024 : 1)
  }
  # CPUs, and the least and the most MiB that Cloud Run gives them:
  # https://cloud.google.com/run/docs/configuring/services/memory-limits
  memory_of_cpu = [[8, 4096, 32768], [6, 4096, 24576], [4, 2048, 16384], [2, 128, 8192], [1, 128, 4096], [0.5, 128, 1024], [0.08, 128, 512]]
  memory_bounds = {
    for name, size in local.scaling :
    name => concat([for step in local.memory_of_cpu : slice(step, 1, 3) if tonumber(size.cpu) >= step[0]], [[1, 0]])[0]
  }
  # What one decode may take, the file itself, and Node with Google's clients (128 MiB).
  memory_needed = { for name, bucket in local.triggers : name => local.limits.decode_memory_mb + ceil(local.limits.max_bytes / 1048576) + 128 }
}

data "archive_file" "source" {
  for_each = local.functions

  type             = "zip"
  source_dir       = "${var.dist}/${each.key}"
  excludes         = ["clients.cjs.map", "index.cjs.map", "read-worker.js.map"] # stay at home, to read a stack trace with
  output_path      = "${path.module}/.terraform/earmark/${each.key}.zip"
  output_file_mode = "0644"
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project_id}-earmark-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # every object can be built again

  dynamic "encryption" {
    for_each = local.kms_keys

    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.this, time_sleep.key]
}

# Named by content: what did not change is not deployed again.
resource "google_storage_bucket_object" "source" {
  for_each = local.functions

  name   = "${each.key}-${data.archive_file.source[each.key].output_sha256}.zip"
  bucket = google_storage_bucket.source.name
  source = data.archive_file.source[each.key].output_path

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name         = each.key
  location     = var.region
  description  = each.value.description
  kms_key_name = var.kms_key_name

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.this.id

    automatic_update_policy {}

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source[each.key].name
      }
    }
  }

  service_config {
    available_cpu                    = local.scaling[each.key].cpu
    available_memory                 = local.scaling[each.key].memory
    max_instance_request_concurrency = local.scaling[each.key].concurrency
    min_instance_count               = local.scaling[each.key].min_instances
    max_instance_count               = local.scaling[each.key].max_instances
    timeout_seconds                  = local.scaling[each.key].timeout
    service_account_email            = google_service_account.function[each.key].email
    # A person starts a crawl from anywhere, with an identity; nobody has business with the others.
    ingress_settings = each.value.bucket == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    environment_variables = {
      for name, value in merge(local.common, each.value.environment) : name => tostring(value)
      if try(tostring(value), "") != "" && value != null
    }

    dynamic "secret_environment_variables" {
      for_each = each.value.secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = google_secret_manager_secret.this[secret_environment_variables.key].secret_id
        version    = "latest"
      }
    }
  }

  dynamic "event_trigger" {
    for_each = each.value.bucket == null ? [] : [each.value.bucket]

    content {
      event_type            = "google.cloud.storage.object.v1.finalized"
      trigger_region        = var.region
      retry_policy          = "RETRY_POLICY_RETRY"
      service_account_email = google_service_account.function[each.key].email

      event_filters {
        attribute = "bucket"
        value     = google_storage_bucket.this["recordings"].name
      }
    }
  }

  lifecycle {
    precondition {
      condition     = local.memory[each.key] >= local.memory_bounds[each.key][0] && local.memory[each.key] <= local.memory_bounds[each.key][1]
      error_message = "scaling.${each.key}: with ${local.scaling[each.key].cpu} CPU Cloud Run gives ${local.memory_bounds[each.key][0]} to ${local.memory_bounds[each.key][1]} MiB of memory, not ${local.scaling[each.key].memory}."
    }
    precondition {
      condition     = tonumber(local.scaling[each.key].cpu) >= 1 || tonumber(local.scaling[each.key].concurrency) == 1
      error_message = "scaling.${each.key}: with less than one CPU an instance takes one request at a time (concurrency = 1)."
    }
    precondition {
      condition     = tonumber(local.scaling[each.key].min_instances) <= tonumber(local.scaling[each.key].max_instances)
      error_message = "scaling.${each.key}: min_instances (${local.scaling[each.key].min_instances}) is more than max_instances (${local.scaling[each.key].max_instances})."
    }
    precondition {
      condition     = local.memory[each.key] >= lookup(local.memory_needed, each.key, 0)
      error_message = "scaling.${each.key}.memory: ${local.scaling[each.key].memory} is too little for limits.decode_memory_mb, a file of limits.max_bytes and Node: at least ${lookup(local.memory_needed, each.key, 0)}Mi."
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build,
    google_project_iam_member.event_receiver,
    google_project_iam_member.storage_agent,
    google_secret_manager_secret_iam_member.crawl,
    google_secret_manager_secret_version.this,
    google_storage_bucket_iam_member.build,
    time_sleep.agents,
    time_sleep.key,
  ]
}
