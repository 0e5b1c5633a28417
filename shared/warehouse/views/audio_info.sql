-- One row per recording: its newest version, counted once, with where it came from, its grade and its state.
-- Each part is used once and no part is wider than what is asked for: a query reads only the columns that it names.
WITH
  newest AS (
    SELECT id, MAX(generation) AS generation
    FROM (
      SELECT id, generation FROM `${project}.${dataset}.recordings`
      UNION ALL
      SELECT id, generation FROM `${project}.${dataset}.quality`
      UNION ALL
      SELECT id, generation FROM `${project}.${dataset}.rejections`
    )
    GROUP BY id
  ),
  loaded AS (
    SELECT * FROM `${project}.${dataset}.recordings`
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id, generation ORDER BY loaded_at DESC) = 1
  ),
  graded AS (
    SELECT * FROM `${project}.${dataset}.quality`
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id, generation ORDER BY classified_at DESC) = 1
  ),
  refused AS (
    SELECT * FROM `${project}.${dataset}.rejections`
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id, generation ORDER BY rejected_at DESC) = 1
  )
SELECT
  newest.id AS id,
  COALESCE(loaded.title, refused.title) AS title,
  loaded.file_path AS file_path,
  loaded.duration_seconds AS duration,
  graded.pesq_score AS pesq_score,
  graded.quality_label AS quality_label,
  graded.quality_score AS quality_score,
  graded.label_basis AS label_basis,
  graded.label_reasons AS label_reasons,
  graded.unrated_reason AS unrated_reason,
  graded.snr_db AS snr_db,
  graded.bandwidth_hz AS bandwidth_hz,
  loaded.sample_rate AS sample_rate,
  loaded.channels AS channels,
  loaded.codec AS codec,
  loaded.license AS license,
  loaded.attribution AS attribution,
  loaded.source_url AS source_url,
  CASE
    WHEN loaded.id IS NOT NULL AND graded.id IS NOT NULL THEN 'loaded+classified'
    WHEN loaded.id IS NOT NULL THEN 'loaded'
    WHEN graded.id IS NOT NULL THEN 'classified'
    ELSE 'rejected'
  END AS status,
  loaded.loaded_at AS loaded_at,
  graded.classified_at AS classified_at,
  loaded.container AS container,
  loaded.bitrate AS bitrate,
  loaded.size_bytes AS size_bytes,
  loaded.md5 AS md5,
  loaded.username AS username,
  loaded.tags AS tags,
  loaded.gen_ai_preference AS gen_ai_preference,
  loaded.query AS query,
  loaded.crawl_id AS crawl_id,
  loaded.truncated AS truncated,
  graded.upsampled AS upsampled,
  graded.classifier_version AS classifier_version
FROM newest
LEFT JOIN loaded ON loaded.id = newest.id AND loaded.generation = newest.generation
LEFT JOIN graded ON graded.id = newest.id AND graded.generation = newest.generation
LEFT JOIN refused ON refused.id = newest.id AND refused.generation = newest.generation
