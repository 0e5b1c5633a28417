-- Rated recordings from best to worst and from worst to best, with links to their source.
SELECT
  id,
  title,
  quality_label,
  quality_score,
  label_basis,
  label_reasons,
  RANK() OVER (ORDER BY quality_score DESC) AS best_rank,
  RANK() OVER (ORDER BY quality_score) AS worst_rank,
  license,
  attribution,
  source_url,
  file_path
FROM `${project}.${dataset}.audio_info`
WHERE quality_score IS NOT NULL
