import type { BigQuery } from "@google-cloud/bigquery";

/** Slices keep one statement's memory small, as real writers do. */
const slice = 100_000;

const name = "CONCAT('freesound/', CAST(MOD(i * 7919, 10000019) AS STRING), '.mp3')";
const generation = "1700000000000000 + i * 1013";
const at = (day: string) => `TIMESTAMP_ADD(TIMESTAMP '${day}', INTERVAL i SECOND)`;

const recordings = {
  id: name,
  generation,
  source: "'freesound'",
  source_id: "CAST(i AS STRING)",
  source_url: "CONCAT('https://freesound.org/people/user', CAST(MOD(i, 5000) AS STRING), '/')",
  title: "CONCAT('title of sound ', CAST(i AS STRING))",
  file_path: `CONCAT('gs://bench-earmark-recordings/', ${name})`,
  duration_seconds: "1 + MOD(i, 300) / 7",
  sample_rate: "[44100, 48000, 16000][OFFSET(MOD(i, 3))]",
  channels: "1 + MOD(i, 2)",
  container: "'mp3'",
  codec: "'mp3'",
  bitrate: "128000",
  size_bytes: "100000 + i",
  md5: "CONCAT('d41d8cd98f00b204e98', CAST(1000000000000 + i AS STRING))",
  license: "['CC0-1.0', 'CC-BY-4.0', 'CC-BY-NC-4.0'][OFFSET(MOD(i, 3))]",
  attribution: "CONCAT('sound ', CAST(i AS STRING), ' by user', CAST(MOD(i, 5000) AS STRING))",
  username: "CONCAT('user', CAST(MOD(i, 5000) AS STRING))",
  tags: "['speech', 'voice', CONCAT('tag', CAST(MOD(i, 1000) AS STRING))]",
  query: "'speech'",
  truncated: "FALSE",
  loaded_at: at("2026-01-01"),
};

const quality = {
  id: name,
  generation,
  quality_label: "['Excellent', 'Good', 'Fair', 'Poor'][OFFSET(MOD(i * 31, 4))]",
  quality_score: "1 + MOD(i, 400) / 100",
  label_basis: "'measures'",
  label_reasons: "['background noise: audible']",
  snr_db: "MOD(i, 60) / 1.3",
  active_speech_level_dbov: "-26 - MOD(i, 7) / 3.3",
  speech_activity: "0.6",
  loudness_lufs: "-20 - MOD(i, 11) / 3.1",
  bandwidth_hz: "16000 + MOD(i, 977)",
  upsampled: "FALSE",
  classifier_version: "'1.0.0'",
  classified_at: at("2026-02-01"),
};

/** Makes so many recordings, each with a row of `quality`. */
export async function fillWarehouse(bigquery: BigQuery, count: number): Promise<void> {
  for (let from = 0; from < count; from += slice)
    for (const [table, columns] of Object.entries({ recordings, quality })) {
      const names = Object.keys(columns).join(", ");
      const values = Object.values<string>(columns).join(", ");
      const last = Math.min(from + slice, count) - 1;
      await bigquery.query(
        `INSERT earmark.${table} (${names}) SELECT ${values} FROM UNNEST(GENERATE_ARRAY(${from}, ${last})) AS i`,
      );
    }
}

/** A row as `load` streams it. */
export const streamedRow = (i: number) => ({
  insertId: `freesound/s${i}.mp3#${1_700_000_000_000_000 + i}#load`,
  json: {
    id: `freesound/s${i}.mp3`,
    generation: String(1_700_000_000_000_000 + i),
    source: "freesound",
    source_id: String(i),
    source_url: `https://freesound.org/people/user${i % 5000}/sounds/${i}/`,
    title: `title of sound ${i}`,
    file_path: `gs://bench-earmark-recordings/freesound/s${i}.mp3`,
    duration_seconds: 1 + (i % 300) / 7,
    sample_rate: 44_100,
    channels: 1,
    container: "mp3",
    codec: "mp3",
    bitrate: 128_000,
    size_bytes: 100_000 + i,
    md5: "d41d8cd98f00b204e9800998ecf8427e",
    license: "CC0-1.0",
    license_url: "https://creativecommons.org/publicdomain/zero/1.0/",
    attribution: `"title ${i}" by user${i % 5000}`,
    username: `user${i % 5000}`,
    tags: ["speech", "voice", `tag${i % 1000}`],
    query: "speech",
    crawl_id: "20260101T000000Z-000000",
    created_at: "2026-01-01T00:00:00Z",
    truncated: false,
    loaded_at: new Date(1_767_225_600_000 + i * 1000).toISOString(),
    event_id: String(i),
  },
});
