-- Recordings with the same bytes under more than one name.
SELECT
  md5,
  COUNT(*) AS copies,
  ARRAY_AGG(id ORDER BY id) AS ids,
  ARRAY_AGG(DISTINCT license IGNORE NULLS ORDER BY license) AS licenses,
  ANY_VALUE(title) AS a_title,
  SUM(size_bytes) - MAX(size_bytes) AS bytes_to_spare
FROM `${project}.${dataset}.audio_info`
WHERE md5 IS NOT NULL
GROUP BY md5
HAVING COUNT(*) > 1
