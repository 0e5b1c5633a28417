-- How many hours of speech there are under each label, and which share of all hours that is.
SELECT
  quality_label,
  COUNT(*) AS recordings,
  ROUND(SUM(duration) / 3600, 3) AS hours,
  ROUND(SAFE_DIVIDE(SUM(duration), SUM(SUM(duration)) OVER ()), 4) AS share_of_hours
FROM `${project}.${dataset}.audio_info`
WHERE status != 'rejected'
GROUP BY quality_label
