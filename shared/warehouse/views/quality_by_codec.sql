-- How good the recordings of each codec are, by bit rate in steps of 32 kbit/s (the lower end).
SELECT
  codec,
  CAST(FLOOR(bitrate / 32000) * 32 AS INT64) AS kbit_per_second_from,
  COUNT(*) AS recordings,
  ROUND(SUM(duration) / 3600, 3) AS hours,
  COUNTIF(quality_label = 'Excellent') AS excellent,
  COUNTIF(quality_label = 'Good') AS good,
  COUNTIF(quality_label = 'Fair') AS fair,
  COUNTIF(quality_label = 'Poor') AS poor,
  COUNTIF(quality_label IS NULL) AS unrated,
  ROUND(AVG(quality_score), 3) AS mean_score
FROM `${project}.${dataset}.audio_info`
WHERE status != 'rejected'
GROUP BY codec, kbit_per_second_from
