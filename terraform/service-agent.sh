#!/usr/bin/env bash
# Makes Google's agent of a service in a project, or finds that it is there. Environment: PROJECT, SERVICE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-in.sh"

gcloud beta services identity create --service "$SERVICE" --project "$PROJECT"
