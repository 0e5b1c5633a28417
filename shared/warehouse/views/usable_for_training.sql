-- What each licence and preference lets a model be trained on: facts of the licence, not legal advice.
SELECT
  license,
  gen_ai_preference,
  license IS NOT NULL AND license NOT LIKE '%-NC-%' AND license != 'Sampling-Plus' AS commercial_use,
  license IS NOT NULL AND license NOT LIKE 'CC0-%' AS attribution_required,
  COALESCE(gen_ai_preference != 'no-gen-ai', TRUE) AS generative_models_not_refused,
  COUNT(*) AS recordings,
  COUNTIF(quality_label IN ('Excellent', 'Good')) AS good_or_better,
  ROUND(SUM(duration) / 3600, 3) AS hours,
  ROUND(SAFE_DIVIDE(COUNT(*), SUM(COUNT(*)) OVER ()), 4) AS share_of_recordings
FROM `${project}.${dataset}.audio_info`
WHERE status != 'rejected'
GROUP BY license, gen_ai_preference
