import type { Expected, Facts } from "./expected.ts";

const revisions = `resource.type="cloud_run_revision" AND resource.labels.service_name=one_of("classify","crawl","load")`;
const lines = `resource.type="cloud_run_revision" AND resource.labels.service_name=("classify" OR "crawl" OR "load")`;
const subscription = `resource.type="pubsub_subscription" AND resource.labels.subscription_id`;
const job = `resource.type="cloud_scheduler_job" AND resource.labels.job_id="earmark-crawl"`;

const metric = (name: string) => `metric.type="logging.googleapis.com/user/earmark/${name}"`;
const pubsub = (name: string) => `metric.type="pubsub.googleapis.com/subscription/${name}"`;

interface Alert {
  readonly filter: string;
  /** More than this opens it … */
  readonly above?: number;
  /** … for so long; or so long without a value does. In seconds. */
  readonly seconds: number;
  readonly by: "DELTA of SUM" | "MAX of MAX";
}

/** Every alert of a deployment, by the name that OPERATIONS.md has for it. */
function alertsOf({ variable, region }: Facts): Record<string, Alert> {
  const stale = Number(variable("crawl_stale_hours"));
  const isScheduled = variable("crawl_schedule") !== null;
  const count = { seconds: 0, by: "DELTA of SUM" } as const;
  return {
    errors: { ...count, filter: `${metric("errors")} AND ${revisions}`, above: 5 },
    "crawl-failed": {
      ...count,
      filter: `${metric("crawls")} AND ${revisions} AND metric.labels.status="failed"`,
      above: 0,
    },
    "dead-letters": {
      filter: `${pubsub("num_undelivered_messages")} AND ${subscription}="earmark-dead-letters"`,
      above: 0,
      seconds: 0,
      by: "MAX of MAX",
    },
    backlog: {
      filter: `${pubsub("oldest_unacked_message_age")} AND ${subscription}=starts_with("eventarc-${region}-")`,
      above: Number(variable("backlog_minutes")) * 60,
      seconds: 300,
      by: "MAX of MAX",
    },
    ...(isScheduled && {
      "schedule-failed": {
        ...count,
        filter: `${metric("schedule-failures")} AND ${job}`,
        above: 0,
      },
    }),
    ...(isScheduled &&
      stale > 0 && {
        "crawl-stale": {
          filter: `${metric("crawls")} AND ${revisions} AND metric.labels.status="complete"`,
          seconds: stale * 3600,
          by: "DELTA of SUM",
        },
      }),
  };
}

function toPolicy(name: string, alert: Alert, facts: Facts): Expected {
  const kind = alert.above === undefined ? "condition_absent" : "condition_threshold";
  const other = alert.above === undefined ? "condition_threshold" : "condition_absent";
  const [aligner, reducer] = alert.by.split(" of ");
  const path = (key: string) => `conditions.0.${kind}.0.${key}`;
  return {
    address: `google_monitoring_alert_policy.this["${name}"]`,
    values: {
      enabled: true,
      [path("filter")]: alert.filter,
      [path("duration")]: `${alert.seconds}s`,
      [path("aggregations.0.alignment_period")]: "300s",
      [path("aggregations.0.per_series_aligner")]: `ALIGN_${aligner}`,
      [path("aggregations.0.cross_series_reducer")]: `REDUCE_${reducer}`,
      ...(alert.above !== undefined && {
        [path("threshold_value")]: alert.above,
        [path("comparison")]: "COMPARISON_GT",
      }),
      [`conditions.0.${other}`]: null,
      "notification_channels.length": facts.variable("alert_email") === null ? 0 : 1,
    },
    references: { notification_channels: "local.channels" },
    after: ["time_sleep.metrics"],
  };
}

/** What each metric counts, and by which labels. */
const metrics: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  errors: [`${lines} AND severity>=ERROR`, []],
  crawls: [`${lines} AND jsonPayload.message="crawl finished"`, ["status"]],
  recordings: [`${lines} AND jsonPayload.message="recording done"`, ["stage"]],
  rejections: [`${lines} AND jsonPayload.message="recording rejected"`, ["reason", "stage"]],
  "schedule-failures": [`${job} AND severity>=ERROR`, []],
};

const metricOf = (name: string, [filter, labels]: (typeof metrics)[string]): Expected => ({
  address: `google_logging_metric.this["${name}"]`,
  values: {
    name: `earmark/${name}`,
    filter,
    ...Object.fromEntries(
      labels.map((label) => [`label_extractors.${label}`, `EXTRACT(jsonPayload.${label})`]),
    ),
  },
});

const budget = (facts: Facts): Expected => ({
  address: "google_billing_budget.this[0]",
  values: {
    billing_account: facts.variable("billing_account"),
    "budget_filter.0.projects": [`projects/${facts.number}`],
    "budget_filter.0.calendar_period": "MONTH",
    "amount.0.specified_amount.0.units": String(facts.variable("monthly_budget")),
    threshold_rules: [
      { threshold_percent: 0.5, spend_basis: "CURRENT_SPEND" },
      { threshold_percent: 0.9, spend_basis: "CURRENT_SPEND" },
      { threshold_percent: 1, spend_basis: "CURRENT_SPEND" },
      { threshold_percent: 1, spend_basis: "FORECASTED_SPEND" },
    ],
    "all_updates_rule.length": facts.variable("alert_email") === null ? 0 : 1,
  },
});

export const alerts = (facts: Facts): Expected[] => [
  ...Object.entries(alertsOf(facts)).map(([name, alert]) => toPolicy(name, alert, facts)),
  ...Object.entries(metrics)
    .filter(([name]) => name !== "schedule-failures" || facts.variable("crawl_schedule") !== null)
    .map(([name, metric]) => metricOf(name, metric)),
  ...(facts.variable("billing_account") === null ? [] : [budget(facts)]),
  ...(facts.variable("alert_email") === null
    ? []
    : [
        {
          address: "google_monitoring_notification_channel.email[0]",
          values: {
            type: "email",
            "labels.email_address": facts.variable("alert_email"),
            enabled: true,
          },
        },
      ]),
];
