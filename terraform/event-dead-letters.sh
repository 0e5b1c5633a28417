#!/usr/bin/env bash
# Sets the dead letter policy of the subscription that Eventarc made for a trigger, and lets Pub/Sub's agent take
# messages from it, which forwarding needs. Doing it again changes nothing.
# Environment: PROJECT, TRIGGER (projects/…/triggers/…), TOPIC (projects/…/topics/…), ATTEMPTS, MEMBER.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-in.sh"

subscription=$(gcloud eventarc triggers describe "$TRIGGER" \
  --project "$PROJECT" --format 'value(transport.pubsub.subscription)')
[ -n "$subscription" ] || {
  echo "the trigger $TRIGGER has no Pub/Sub subscription" >&2
  exit 1
}

gcloud pubsub subscriptions add-iam-policy-binding "$subscription" \
  --project "$PROJECT" --member "$MEMBER" --role roles/pubsub.subscriber >/dev/null
gcloud pubsub subscriptions update "$subscription" \
  --project "$PROJECT" --dead-letter-topic "$TOPIC" --max-delivery-attempts "$ATTEMPTS"
