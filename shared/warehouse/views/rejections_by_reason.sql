-- Why recordings were rejected, each recording and stage counted once in its newest version.
SELECT
  stage,
  reason,
  COUNT(*) AS recordings,
  MIN(id) AS an_id,
  ANY_VALUE(detail HAVING MAX rejected_at) AS latest_detail,
  MAX(rejected_at) AS latest
FROM (
  SELECT * FROM `${project}.${dataset}.rejections`
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id, stage ORDER BY generation DESC, rejected_at DESC) = 1
)
GROUP BY stage, reason
