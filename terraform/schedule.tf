resource "google_cloud_scheduler_job" "crawl" {
  count = var.crawl_schedule == null ? 0 : 1

  name             = "earmark-crawl"
  description      = "Starts a crawl with the function's own settings."
  region           = var.region
  schedule         = var.crawl_schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.scaling["crawl"].timeout}s"

  retry_config {
    retry_count          = 2
    min_backoff_duration = "60s"
    max_backoff_duration = "600s"
    max_doublings        = 3
  }

  http_target {
    uri         = google_cloudfunctions2_function.this["crawl"].service_config[0].uri
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" } # it says application/octet-stream by itself
    body        = base64encode("{}")

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.this["crawl"].service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_service_iam_member.crawl]
}
