#!/usr/bin/env bash
# Refuses to write a secret that was not given. Environment: VARIABLE (of Terraform), VALUE.
set -euo pipefail

[ -n "$VALUE" ] || {
  echo "$VARIABLE: a version that is not stored yet needs its value: set TF_VAR_$VARIABLE and apply again." >&2
  echo "If it was stored before, set its number in freesound_secret_versions in terraform.tfvars back to that one." >&2
  [ "$VARIABLE" != freesound_api_key ] || echo "Without a key, say none: every crawl of Freesound then answers that it is not valid." >&2
  exit 1
}
