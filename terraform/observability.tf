# What is counted, what raises an alert, and the dashboard. OPERATIONS.md says what to do about each alert.

locals {
  revisions = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for name in keys(local.functions) : "\"${name}\""])})"
  log_scope = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in keys(local.functions) : "\"${name}\""])})"

  # Counters over the lines of shared/log.ts, and over Cloud Scheduler's own.
  metrics = merge({
    errors = {
      description = "Lines of severity ERROR: a failed crawl, an event that failed or was refused."
      filter      = "severity>=ERROR"
      labels      = {}
    }
    crawls = {
      description = "Crawls that ended, by how."
      filter      = "jsonPayload.message=\"crawl finished\""
      labels      = { status = "EXTRACT(jsonPayload.status)" }
    }
    recordings = {
      description = "Recordings that a stage is done with."
      filter      = "jsonPayload.message=\"recording done\""
      labels      = { stage = "EXTRACT(jsonPayload.stage)" }
    }
    rejections = {
      description = "Recordings that a stage rejected, by why."
      filter      = "jsonPayload.message=\"recording rejected\""
      labels      = { stage = "EXTRACT(jsonPayload.stage)", reason = "EXTRACT(jsonPayload.reason)" }
    }
    }, var.crawl_schedule == null ? {} : {
    schedule-failures = {
      description = "Runs of the schedule that crawl did not answer with success, for whatever reason."
      scope       = local.scheduled
      filter      = "severity>=ERROR"
      labels      = {}
    }
  })

  scheduled     = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"earmark-crawl\""
  subscriptions = "resource.type=\"pubsub_subscription\""
  events        = "${local.subscriptions} AND resource.labels.subscription_id=starts_with(\"eventarc-${var.region}-\")"

  # `absent` seconds without data raise it, else a value over `threshold` for `duration` seconds.
  alerts = merge({
    errors = {
      title     = "Earmark: functions log errors"
      severity  = "ERROR"
      filter    = "metric.type=\"logging.googleapis.com/user/earmark/errors\" AND ${local.revisions}"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 5
      duration  = 0
      absent    = null
    }
    # One is enough: a crawl that never worked can have no success to miss, and few errors to add up.
    crawl-failed = {
      title     = "Earmark: a crawl failed"
      severity  = "ERROR"
      filter    = "metric.type=\"logging.googleapis.com/user/earmark/crawls\" AND ${local.revisions} AND metric.labels.status=\"failed\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 0
      duration  = 0
      absent    = null
    }
    dead-letters = {
      title     = "Earmark: dead letters are waiting"
      severity  = "ERROR"
      filter    = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.subscriptions} AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      threshold = 0
      duration  = 0
      absent    = null
    }
    backlog = {
      title     = "Earmark: events wait too long for a function"
      severity  = "WARNING"
      filter    = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND ${local.events}"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      threshold = var.backlog_minutes * 60
      duration  = 300
      absent    = null
    }
    }, var.crawl_schedule == null ? {} : {
    # Also a crawl that could not say so: refused, killed, out of memory, too slow.
    schedule-failed = {
      title     = "Earmark: the scheduled crawl was not answered with success"
      severity  = "ERROR"
      filter    = "metric.type=\"logging.googleapis.com/user/earmark/schedule-failures\" AND ${local.scheduled}"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 0
      duration  = 0
      absent    = null
    }
    }, var.crawl_stale_hours == 0 || var.crawl_schedule == null ? {} : {
    crawl-stale = {
      title     = "Earmark: no crawl has completed for ${var.crawl_stale_hours} hours"
      severity  = "WARNING"
      filter    = "metric.type=\"logging.googleapis.com/user/earmark/crawls\" AND ${local.revisions} AND metric.labels.status=\"complete\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = null
      duration  = null
      absent    = var.crawl_stale_hours * 3600
    }
  })

  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

resource "google_logging_metric" "this" {
  for_each = local.metrics

  name             = "earmark/${each.key}"
  description      = each.value.description
  filter           = "${try(each.value.scope, local.log_scope)} AND ${each.value.filter}"
  label_extractors = each.value.labels

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }

  depends_on = [google_project_service.this]
}

# Cloud Monitoring refuses an alert on a metric that it does not know yet.
resource "time_sleep" "metrics" {
  create_duration = "60s"

  depends_on = [google_logging_metric.this]
}

resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email == null ? 0 : 1

  display_name = "Earmark alerts"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = each.value.title
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    dynamic "condition_threshold" {
      for_each = each.value.absent == null ? [each.value] : []

      content {
        filter          = condition_threshold.value.filter
        comparison      = "COMPARISON_GT"
        threshold_value = condition_threshold.value.threshold
        duration        = "${condition_threshold.value.duration}s"

        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = condition_threshold.value.aligner
          cross_series_reducer = condition_threshold.value.reducer
        }
      }
    }

    dynamic "condition_absent" {
      for_each = each.value.absent == null ? [] : [each.value]

      content {
        filter   = condition_absent.value.filter
        duration = "${condition_absent.value.absent}s"

        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = condition_absent.value.aligner
          cross_series_reducer = condition_absent.value.reducer
        }
      }
    }
  }

  alert_strategy {
    auto_close = "${7 * 24 * 3600}s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What it means and what to do: terraform/OPERATIONS.md, section `${each.key}`."
  }

  depends_on = [time_sleep.metrics]
}

resource "google_billing_budget" "this" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "Earmark in ${var.project_id}"

  budget_filter {
    projects        = ["projects/${data.google_project.this.number}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      units = tostring(var.monthly_budget)
    }
  }

  dynamic "threshold_rules" {
    for_each = [
      { part = 0.5, basis = "CURRENT_SPEND" },
      { part = 0.9, basis = "CURRENT_SPEND" },
      { part = 1, basis = "CURRENT_SPEND" },
      { part = 1, basis = "FORECASTED_SPEND" },
    ]

    content {
      threshold_percent = threshold_rules.value.part
      spend_basis       = threshold_rules.value.basis
    }
  }

  # Without it, billing administrators and users hear of the budget; with it, so do they.
  dynamic "all_updates_rule" {
    for_each = length(local.channels) > 0 ? [local.channels] : []

    content {
      monitoring_notification_channels = all_updates_rule.value
      disable_default_iam_recipients   = false
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Earmark"
    mosaicLayout = {
      columns = 12
      tiles = [
        for place, chart in [
          { title = "Recordings done", filter = "metric.type=\"logging.googleapis.com/user/earmark/recordings\" AND ${local.revisions}", by = "metric.label.stage", aligner = "ALIGN_DELTA" },
          { title = "Rejections", filter = "metric.type=\"logging.googleapis.com/user/earmark/rejections\" AND ${local.revisions}", by = "metric.label.reason", aligner = "ALIGN_DELTA" },
          { title = "Crawls", filter = "metric.type=\"logging.googleapis.com/user/earmark/crawls\" AND ${local.revisions}", by = "metric.label.status", aligner = "ALIGN_DELTA" },
          { title = "Errors", filter = "metric.type=\"logging.googleapis.com/user/earmark/errors\" AND ${local.revisions}", by = "resource.label.service_name", aligner = "ALIGN_DELTA" },
          { title = "Oldest waiting event, seconds", filter = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND ${local.events}", by = "resource.label.subscription_id", aligner = "ALIGN_MAX" },
          { title = "Dead letters waiting", filter = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.subscriptions} AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\"", by = "resource.label.subscription_id", aligner = "ALIGN_MAX" },
          { title = "Instances", filter = "metric.type=\"run.googleapis.com/container/instance_count\" AND ${local.revisions}", by = "resource.label.service_name", aligner = "ALIGN_MAX" },
          { title = "Billable seconds of instances", filter = "metric.type=\"run.googleapis.com/container/billable_instance_time\" AND ${local.revisions}", by = "resource.label.service_name", aligner = "ALIGN_DELTA" },
        ] :
        {
          xPos   = place % 2 * 6
          yPos   = floor(place / 2) * 4
          width  = 6
          height = 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = chart.aligner == "ALIGN_MAX" ? "REDUCE_MAX" : "REDUCE_SUM"
                      groupByFields      = [chart.by]
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [time_sleep.metrics]
}
