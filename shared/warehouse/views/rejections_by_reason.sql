-- Why recordings are rejected, each recording and stage counted once. A rejection counts as long as nothing has come
-- after it: neither a newer version of the recording, rejected or not, nor a replay in which the stage went well.
WITH
  versions AS (
    SELECT id, generation, 'load' AS stage, loaded_at AS done_at
    FROM `${project}.${dataset}.recordings`
    UNION ALL
    SELECT id, generation, 'classify' AS stage, classified_at AS done_at
    FROM `${project}.${dataset}.quality`
    UNION ALL
    SELECT id, generation, stage, CAST(NULL AS TIMESTAMP) AS done_at
    FROM `${project}.${dataset}.rejections`
  ),
  newest AS (
    SELECT id, MAX(generation) AS generation FROM versions GROUP BY id
  ),
  done AS (
    SELECT id, generation, stage, MAX(done_at) AS done_at FROM versions GROUP BY id, generation, stage
  ),
  refused AS (
    SELECT * FROM `${project}.${dataset}.rejections`
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id, stage ORDER BY generation DESC, rejected_at DESC) = 1
  )
SELECT
  refused.stage AS stage,
  refused.reason AS reason,
  COUNT(*) AS recordings,
  MIN(refused.id) AS an_id,
  ANY_VALUE(refused.detail HAVING MAX refused.rejected_at) AS latest_detail,
  MAX(refused.rejected_at) AS latest
FROM refused
JOIN newest ON newest.id = refused.id AND newest.generation = refused.generation
JOIN done ON done.id = refused.id AND done.generation = refused.generation AND done.stage = refused.stage
WHERE done.done_at IS NULL OR done.done_at < refused.rejected_at
GROUP BY stage, reason
