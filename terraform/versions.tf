terraform {
  required_version = ">= 1.11" # write-only arguments: the API key never reaches the state

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45" # deletion_policy on buckets and repositories
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.13"
    }
  }
}

provider "google" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id # the budget's API asks who pays for the call
  user_project_override = true
  default_labels        = merge({ app = "earmark" }, var.labels)
}
