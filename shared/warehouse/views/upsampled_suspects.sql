-- Recordings whose spectrum ends well below what their sample rate or format could hold.
SELECT
  id,
  title,
  codec,
  sample_rate,
  bandwidth_hz,
  ROUND(SAFE_DIVIDE(bandwidth_hz, sample_rate / 2), 3) AS share_of_possible_bandwidth,
  quality_label,
  source_url
FROM `${project}.${dataset}.audio_info`
WHERE upsampled
