-- How labels moved when a version of a recording was graded again by another classifier version.
SELECT
  earlier_version,
  classifier_version,
  earlier_label,
  quality_label,
  COUNT(*) AS recordings,
  ROUND(AVG(quality_score - earlier_score), 3) AS mean_change_of_score
FROM (
  SELECT
    *,
    LAG(classifier_version) OVER versions AS earlier_version,
    LAG(quality_label) OVER versions AS earlier_label,
    LAG(quality_score) OVER versions AS earlier_score
  FROM (
    SELECT * FROM `${project}.${dataset}.quality`
    WHERE TRUE
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY id, generation, classifier_version ORDER BY classified_at DESC) = 1
  )
  WINDOW versions AS (PARTITION BY id, generation ORDER BY classified_at)
)
WHERE earlier_version IS NOT NULL
GROUP BY earlier_version, classifier_version, earlier_label, quality_label
