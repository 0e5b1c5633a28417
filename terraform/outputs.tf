output "recordings_bucket" {
  description = "Drop any audio file here."
  value       = "gs://${google_storage_bucket.this["recordings"].name}"
}

output "references_bucket" {
  description = "A clean reference of freesound/42.mp3 is freesound/42.flac here."
  value       = "gs://${google_storage_bucket.this["references"].name}"
}

output "crawl_url" {
  description = "POST to it with an identity that crawl_invokers names."
  value       = google_cloudfunctions2_function.this["crawl"].service_config[0].uri
}

output "dashboard" {
  description = "What is going on."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${element(split("/", google_monitoring_dashboard.this.id), -1)}?project=${var.project_id}"
}

output "try" {
  description = "Commands to see it work."
  value = {
    crawl_now    = var.crawl_schedule == null ? "curl -X POST -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" -H 'content-type: application/json' -d '{}' ${google_cloudfunctions2_function.this["crawl"].service_config[0].uri}" : "gcloud scheduler jobs run earmark-crawl --location ${var.region} --project ${var.project_id}"
    drop_a_file  = "npm run drop -- FILE --bucket gs://${google_storage_bucket.this["recordings"].name}"
    ask          = "npm run sql -- --project ${var.project_id} \"SELECT title, quality_label FROM earmark.audio_info LIMIT 20\""
    logs         = "gcloud functions logs read classify --gen2 --region ${var.region} --project ${var.project_id}"
    dead_letters = "npm run sql -- --project ${var.project_id} \"SELECT * FROM earmark.dead_letters ORDER BY publish_time DESC LIMIT 20\""
  }
}
