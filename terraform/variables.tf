# ---------------------------------------------------------------- where

variable "project_id" {
  description = "Project to deploy into. It must exist and have billing enabled."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is the project's id (6 to 30 lower-case letters, digits and hyphens), not its name or number."
  }
}

variable "region" {
  description = "Region of everything: buckets, functions, triggers, Firestore, BigQuery."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is one region such as europe-west1: the triggers, the functions and the bucket must share it, so a multi-region (EU, US) does not do."
  }
}

variable "labels" {
  description = "Labels on everything that takes labels, beside app = earmark."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "labels are lower-case letters, digits, _ and -, up to 63 each; a key begins with a letter."
  }
}

variable "dist" {
  description = "Folder of the bundles that `npm run build` writes."
  type        = string
  default     = "../dist"

  validation {
    condition     = alltrue([for name in ["crawl", "load", "classify"] : fileexists("${var.dist}/${name}/index.cjs")])
    error_message = "The bundles are not there: type `npm ci && npm run build` in the repository first."
  }
}

variable "firestore_database" {
  description = "Firestore database of the catalog, made here. \"(default)\": the one that a project may have without a name."
  type        = string
  default     = "earmark"

  validation {
    condition     = var.firestore_database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.firestore_database))
    error_message = "firestore_database is 4 to 63 lower-case letters, digits and hyphens, beginning with a letter; or (default)."
  }
}

# ---------------------------------------------------------------- protection

variable "protect" {
  description = "Refuses to delete what holds data. Apply with false before `terraform destroy`."
  type        = bool
  default     = true
}

variable "kms_key_name" {
  description = "Key of Cloud KMS for everything that keeps data (buckets, Firestore, BigQuery, topics, secrets, images, functions), projects/…/cryptoKeys/…, in the same region. Null: Google's own keys. See the README before the first apply."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_name == null || can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key_name))
    error_message = "kms_key_name has the form projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY."
  }
  validation {
    condition     = var.kms_key_name == null || strcontains(coalesce(var.kms_key_name, "-"), "/locations/${var.region}/")
    error_message = "kms_key_name is a key in the region that everything is in: a multi-region or global key does not do."
  }
}

variable "nearline_after_days" {
  description = "Age at which a recording moves to Nearline, where storing costs half and reading costs more. 0: never."
  type        = number
  default     = 90

  validation {
    condition     = var.nearline_after_days >= 0 && floor(var.nearline_after_days) == var.nearline_after_days
    error_message = "nearline_after_days is a whole number of days; 0 keeps recordings in Standard."
  }
}

variable "backup_retention_days" {
  description = "How long a daily backup of Firestore is kept. 0: no backups (point-in-time recovery of 7 days stays)."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 0 && var.backup_retention_days <= 98 && floor(var.backup_retention_days) == var.backup_retention_days
    error_message = "backup_retention_days is a whole number, 0 (none) to 98, the most that Firestore keeps."
  }
}

# ---------------------------------------------------------------- the crawl

variable "freesound_api_key" {
  description = "Key of the Freesound API (https://freesound.org/apiv2/apply/). Set it by TF_VAR_freesound_api_key; it is not kept in the state. Needed when a version of it is stored, see freesound_secret_versions; \"none\" if there is none."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "freesound_client_id" {
  description = "OAuth2 client of Freesound, for crawl.format = \"original\"; needs the two secrets below. Null: previews only."
  type        = string
  default     = null
}

variable "freesound_client_secret" {
  description = "Secret of freesound_client_id, by TF_VAR_freesound_client_secret."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "freesound_refresh_token" {
  description = "Refresh token of freesound_client_id, by TF_VAR_freesound_refresh_token."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "freesound_secret_versions" {
  description = "Number of each secret's newest value (api_key, client_secret, refresh_token; 1 where it is not named). To change a secret, raise its number and set its TF_VAR_freesound_…; keep the number."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.freesound_secret_versions), ["api_key", "client_secret", "refresh_token"])) == 0
    error_message = "freesound_secret_versions has the keys api_key, client_secret and refresh_token."
  }
  validation {
    condition     = alltrue([for version in values(var.freesound_secret_versions) : version >= 1 && floor(version) == version])
    error_message = "freesound_secret_versions are whole numbers from 1."
  }
}

variable "freesound_rates" {
  description = "Requests that the key may make, per_minute (60) and per_day (2000); Freesound grants more on demand."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.freesound_rates), ["per_minute", "per_day"])) == 0
    error_message = "freesound_rates has the keys per_minute and per_day."
  }
  validation {
    condition     = alltrue([for rate in values(var.freesound_rates) : rate >= 1 && floor(rate) == rate])
    error_message = "freesound_rates are whole numbers from 1."
  }
}

# Of any type, like the maps below: from an object Terraform drops an attribute that it does not know, without a word.
variable "crawl" {
  description = "What the scheduled crawl looks for: query, filter, limit, licenses, ai_preferences, format, concurrency, overlap_hours, as the settings CRAWL_… of the README."
  type        = any
  default     = {}

  validation {
    condition     = try(length(setsubtract(keys(var.crawl), keys(local.crawl_defaults))) == 0, false)
    error_message = "crawl has the keys ${join(", ", keys(local.crawl_defaults))}."
  }
  validation {
    condition     = alltrue([for key in ["query", "filter", "format"] : can(regex("", try(var.crawl[key], null) == null ? "" : var.crawl[key]))])
    error_message = "crawl.query, crawl.filter and crawl.format are texts."
  }
  validation {
    condition     = try(var.crawl.format, null) == null || contains(["preview-hq-mp3", "preview-hq-ogg", "original"], try(var.crawl.format, ""))
    error_message = "crawl.format is preview-hq-mp3, preview-hq-ogg or original."
  }
  validation {
    condition     = try(var.crawl.format, "") != "original" || var.freesound_client_id != null
    error_message = "crawl.format = original needs freesound_client_id and its secrets."
  }
  validation {
    condition     = try(var.crawl.limit, null) == null || try(var.crawl.limit >= 1 && floor(var.crawl.limit) == var.crawl.limit, false)
    error_message = "crawl.limit is a whole number from 1: the most sounds that one crawl looks at."
  }
  validation {
    condition     = try(var.crawl.concurrency, null) == null || try(var.crawl.concurrency >= 1 && var.crawl.concurrency <= 64 && floor(var.crawl.concurrency) == var.crawl.concurrency, false)
    error_message = "crawl.concurrency is a whole number from 1 to 64: downloads at the same time."
  }
  validation {
    condition     = try(var.crawl.overlap_hours, null) == null || try(var.crawl.overlap_hours >= 0, false)
    error_message = "crawl.overlap_hours is 0 or more."
  }
  validation {
    condition     = try(var.crawl.licenses, null) == null || try(alltrue([for license in var.crawl.licenses : contains([for known in local.licenses : lower(known)], lower(license)) || can(regex("^LicenseRef-[A-Za-z0-9.-]{1,100}$", license))]), false)
    error_message = "crawl.licenses are SPDX ids with their version, for example CC0-1.0 and CC-BY-4.0 (licenses.tf has all), or LicenseRef-NAME."
  }
  validation {
    condition     = try(var.crawl.ai_preferences, null) == null || try(length(setsubtract(var.crawl.ai_preferences, ["no-additional-preferences", "open-source-models", "noncommercial-open-source-models", "no-gen-ai"])) == 0, false)
    error_message = "crawl.ai_preferences are no-additional-preferences, open-source-models, noncommercial-open-source-models and no-gen-ai."
  }
}

variable "crawl_schedule" {
  description = "When to crawl, as five cron fields in UTC. Null: only on request."
  type        = string
  default     = "0 */6 * * *"

  validation {
    condition = var.crawl_schedule == null || try(length(split(" ", var.crawl_schedule)) == 5 && alltrue(flatten([
      for at, field in split(" ", var.crawl_schedule) : [
        for part in split(",", at < 3 ? field : replace(upper(field), at == 3 ? "/\\b(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\\b/" : "/\\b(SUN|MON|TUE|WED|THU|FRI|SAT)\\b/", "1")) :
        can(regex("^(\\*|[0-9]+(-[0-9]+)?)(/[1-9][0-9]*)?$", part)) && alltrue([
          for number in regexall("[0-9]+", split("/", part)[0]) : tonumber(number) >= [0, 0, 1, 1, 0][at] && tonumber(number) <= [59, 23, 31, 12, 7][at]
        ])
      ]
    ])), false)
    error_message = "crawl_schedule has five cron fields separated by single spaces (minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7), for example \"0 */6 * * *\"."
  }
}

variable "crawl_invokers" {
  description = "Who may start a crawl by HTTP beside the scheduler: user:…, group:…, serviceAccount:…"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.crawl_invokers : can(regex("^(user|group|serviceAccount|domain):.+$", member))])
    error_message = "crawl_invokers are user:…, group:…, serviceAccount:… or domain:…; the crawl is never public."
  }
}

# ---------------------------------------------------------------- the functions

variable "log_level" {
  description = "Least severity that the functions log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARNING or ERROR."
  }
}

variable "limits" {
  description = "What a recording may cost before it is rejected: max_duration_seconds, max_bytes, max_channels, decode_timeout_seconds, decode_memory_mb; see the README's settings."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.limits), keys(local.limit_defaults))) == 0
    error_message = "limits has the keys ${join(", ", keys(local.limit_defaults))}."
  }
  validation {
    condition     = alltrue([for limit in values(var.limits) : limit >= 1 && floor(limit) == limit])
    error_message = "limits are whole numbers from 1."
  }
  validation {
    condition     = lookup(var.limits, "decode_timeout_seconds", 1) <= 180
    error_message = "limits.decode_timeout_seconds is at most 180: a grade reads a recording and its reference, twice each at worst, within the 540 s of an event."
  }
}

variable "fixed_reference" {
  description = "Object in the references bucket that recordings without a reference of their own are compared with. Null: off."
  type        = string
  default     = null
}

variable "label_thresholds" {
  description = "Least scores of Excellent, Good and Fair."
  type        = list(number)
  default     = [4.5, 3.5, 2.5]

  validation {
    condition     = length(var.label_thresholds) == 3 && try(var.label_thresholds[0] > var.label_thresholds[1] && var.label_thresholds[1] > var.label_thresholds[2], false)
    error_message = "label_thresholds are three falling numbers: Excellent, Good, Fair."
  }
}

variable "label_basis" {
  description = "What a label rests on where no reference proves itself: measures, or dnsmos, which needs dnsmos_model."
  type        = string
  default     = "measures"

  validation {
    condition     = contains(["measures", "dnsmos"], var.label_basis)
    error_message = "label_basis is measures or dnsmos."
  }
  validation {
    condition     = var.label_basis != "dnsmos" || var.dnsmos_model != null
    error_message = "label_basis = dnsmos needs dnsmos_model."
  }
}

variable "dnsmos_model" {
  description = "ONNX file of DNSMOS P.835 in the references bucket, gs://PROJECT-earmark-references/…; scores every recording. Null: off."
  type        = string
  default     = null

  validation {
    condition     = startswith(coalesce(var.dnsmos_model, "gs://${var.project_id}-earmark-references/x"), "gs://${var.project_id}-earmark-references/")
    error_message = "dnsmos_model is an object of the references bucket, gs://PROJECT-earmark-references/…: classify may read no other."
  }
  validation {
    condition     = var.dnsmos_model == null || can(regex("onnxruntime-node", file("${var.dist}/classify/package.json")))
    error_message = "dnsmos_model needs a bundle with the ONNX runtime: type `npm run build -- --dnsmos` first."
  }
}

variable "dnsmos_model_sha256" {
  description = "SHA-256 of dnsmos_model, in hexadecimal, where it is not the published model. Null: the published one's."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^[0-9a-fA-F]{64}$", coalesce(var.dnsmos_model_sha256, sha256(""))))
    error_message = "dnsmos_model_sha256 has 64 hexadecimal digits: see `sha256sum FILE`."
  }
}

variable "scaling" {
  description = "Size and number of each function's instances: cpu, memory, concurrency, min_instances, max_instances, timeout. What is left out keeps its default (functions.tf)."
  type        = map(map(string))
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.scaling) : contains(["crawl", "load", "classify"], name)])
    error_message = "scaling has the keys crawl, load and classify."
  }
  validation {
    condition     = alltrue([for size in values(var.scaling) : length(setsubtract(keys(size), ["cpu", "memory", "concurrency", "min_instances", "max_instances", "timeout"])) == 0])
    error_message = "scaling.… has the keys cpu, memory, concurrency, min_instances, max_instances and timeout."
  }
  validation {
    condition     = alltrue([for size in values(var.scaling) : can(regex("^(1|2|4|6|8|0?\\.[0-9]{1,3})$", lookup(size, "cpu", "1")))])
    error_message = "scaling.….cpu is 1, 2, 4, 6 or 8, or a fraction such as 0.5."
  }
  validation {
    condition     = alltrue([for size in values(var.scaling) : can(regex("^[1-9][0-9]*(Mi|Gi)$", lookup(size, "memory", "1Gi")))])
    error_message = "scaling.….memory is a size such as 512Mi or 2Gi."
  }
  validation {
    condition     = alltrue(flatten([for size in values(var.scaling) : [for key, value in size : can(regex("^[0-9]+$", value)) if !contains(["cpu", "memory"], key)]]))
    error_message = "scaling.….concurrency, min_instances, max_instances and timeout are whole numbers."
  }
  validation {
    condition     = alltrue([for name, size in var.scaling : try(tonumber(lookup(size, "timeout", 120)) >= 120 && tonumber(lookup(size, "timeout", 120)) <= (name == "crawl" ? 1800 : 540), false)])
    error_message = "scaling.….timeout is 120 to 540 seconds for load and classify, the longest that an event may take, and to 1800 for crawl, the longest that Cloud Scheduler waits."
  }
  validation {
    condition     = try(lookup(var.scaling["crawl"], "max_instances", "1"), "1") == "1"
    error_message = "crawl runs on one instance: two crawls at once would share one key's allowance."
  }
  validation {
    condition     = alltrue([for size in values(var.scaling) : try(tonumber(lookup(size, "max_instances", 1)) >= 1 && tonumber(lookup(size, "max_instances", 1)) <= 1000, false)])
    error_message = "scaling.….max_instances is 1 to 1000; to stop a function, pause the schedule."
  }
  validation {
    condition     = alltrue([for name, size in var.scaling : lookup(size, "concurrency", "1") == "1" if name != "crawl"])
    error_message = "load and classify take one event at a time (concurrency = 1): they decode files of strangers, and two hostile ones in one instance could add up. Raise max_instances."
  }
  validation {
    condition     = try(tonumber(lookup(lookup(var.scaling, "crawl", {}), "concurrency", 10)) >= 1 && tonumber(lookup(lookup(var.scaling, "crawl", {}), "concurrency", 10)) <= 1000, false)
    error_message = "scaling.crawl.concurrency is 1 to 1000, the most that Cloud Run gives an instance; above 1, others may ask how far a crawl is while it runs."
  }
}

# ---------------------------------------------------------------- watching

variable "alert_email" {
  description = "Where alerts go. Null: alerts are only seen in the console."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email is one address."
  }
}

variable "crawl_stale_hours" {
  description = "Hours without a complete crawl after which an alert opens. 0: never."
  type        = number
  default     = 13

  validation {
    condition     = var.crawl_stale_hours >= 0 && var.crawl_stale_hours <= 23 && floor(var.crawl_stale_hours) == var.crawl_stale_hours
    error_message = "crawl_stale_hours is a whole number, 0 to 23: Cloud Monitoring sees no further back."
  }
}

variable "backlog_minutes" {
  description = "Age of the oldest event that waits for a function, in minutes, at which an alert opens."
  type        = number
  default     = 60

  validation {
    condition     = var.backlog_minutes >= 1 && var.backlog_minutes <= 1440
    error_message = "backlog_minutes is 1 to 1440."
  }
}

variable "billing_account" {
  description = "Billing account (012345-567890-ABCDEF) that gets the budget. Null: no budget."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account looks like 012345-567890-ABCDEF: see `gcloud billing accounts list`."
  }
}

variable "monthly_budget" {
  description = "Whole units of the billing account's currency a month; alerts at 50, 90 and 100 %, and when the forecast passes it."
  type        = number
  default     = 25

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget is a whole number from 1."
  }
}

# ---------------------------------------------------------------- delivery

variable "event_dead_letters" {
  description = "Sends an event that a function keeps failing on to the dead letters, after delivery_attempts. Needs gcloud where Terraform runs."
  type        = bool
  default     = true
}

variable "delivery_attempts" {
  description = "Deliveries of one event before it is a dead letter; 100 are about 16 hours of backoff."
  type        = number
  default     = 100

  validation {
    condition     = var.delivery_attempts >= 5 && var.delivery_attempts <= 100 && floor(var.delivery_attempts) == var.delivery_attempts
    error_message = "delivery_attempts is a whole number, 5 to 100, the bounds of Pub/Sub."
  }
}

variable "legacy_pubsub_agent" {
  description = "Set it in a project where Pub/Sub was enabled on or before 8 April 2021: its agent has to be allowed to make tokens."
  type        = bool
  default     = false
}

variable "create_agents" {
  description = "Asks Google, by gcloud where Terraform runs, to make the service agents that roles are granted to. False: they are there already; see the README."
  type        = bool
  default     = true
}

variable "role_suffix" {
  description = "Ends the names of Earmark's own roles. Google reserves a deleted role's name for 44 days: another one lets the project be deployed into again sooner."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[A-Za-z0-9_.]{0,30}$", var.role_suffix))
    error_message = "role_suffix is up to 30 letters, digits, underscores and full stops."
  }
}
