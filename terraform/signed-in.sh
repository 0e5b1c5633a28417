# Sourced by the scripts beside it: makes gcloud be whoever Terraform is, which it would not be by itself, and names
# the project as the one that pays for the calls. Environment: PROJECT.

command -v gcloud >/dev/null || {
  echo "gcloud is not installed: see https://cloud.google.com/sdk/docs/install, or README.md, \"Without gcloud\"" >&2
  exit 1
}
CLOUDSDK_AUTH_ACCESS_TOKEN=${GOOGLE_OAUTH_ACCESS_TOKEN:-$(gcloud auth application-default print-access-token)} || {
  echo "not signed in: type \`gcloud auth application-default login\`, and apply again" >&2
  exit 1
}
export CLOUDSDK_AUTH_ACCESS_TOKEN CLOUDSDK_BILLING_QUOTA_PROJECT="$PROJECT" CLOUDSDK_CORE_DISABLE_PROMPTS=1
