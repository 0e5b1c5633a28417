-- What each run of a crawl did and what it took: API calls, bytes and time, in all and for each sound stored.
SELECT
  crawl_id,
  source,
  query,
  trigger,
  status,
  started_at,
  ROUND(TIMESTAMP_DIFF(finished_at, started_at, MILLISECOND) / 1000, 1) AS seconds,
  found,
  stored,
  already_stored,
  skipped_license + skipped_preference AS skipped,
  failed,
  api_calls,
  ROUND(bytes / 1e6, 3) AS megabytes,
  ROUND(SAFE_DIVIDE(api_calls, stored), 4) AS api_calls_per_stored,
  ROUND(SAFE_DIVIDE(bytes / 1e6, stored), 3) AS megabytes_per_stored,
  resumed_from,
  error
FROM (
  SELECT * FROM `${project}.${dataset}.crawls`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY crawl_id, started_at ORDER BY finished_at DESC) = 1
)
