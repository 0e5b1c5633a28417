import { describe, expect, test } from "vitest";
import type { Header } from "#emulators/freesound/header.ts";
import { compileFilter, compileQuery, needsHeader } from "#emulators/freesound/search/match.ts";
import { parseQuery } from "#emulators/freesound/search/syntax.ts";
import type { Sound } from "#emulators/freesound/sound.ts";

const now = Date.parse("2026-11-22T12:00:00Z");

const sound: Sound = {
  id: 42,
  path: "/sounds/FieldRecording_01.wav",
  extension: "wav",
  name: "FieldRecording_01.wav",
  description: "Birds and bells over the old town, recorded at dawn",
  username: "Anna_B2",
  tags: ["Field-Recording", "birds", "dawn"],
  license: "http://creativecommons.org/licenses/by-nc/3.0/",
  genAiPreference: "open-source-models",
  created: new Date("2026-05-10T08:30:00.500Z"),
  category: "Soundscapes",
  subcategory: "Nature",
  categoryCode: "ss-n",
  geotag: { lat: 41.4, lon: 2.2 },
  pack: { id: 7, name: "Town Mornings" },
  isExplicit: false,
  isRemix: false,
  wasRemixed: true,
  numDownloads: 12,
  avgRating: 8,
  numRatings: 3,
  comments: ["Lovely robin!"],
};
const header: Header = {
  duration: 12.5,
  samplerate: 44_100,
  channels: 2,
  bitdepth: 16,
  bitrate: 1_411_200,
  filesize: 2_205_044,
};

const filters = (filter: string, changes: Partial<Sound> = {}) =>
  compileFilter(parseQuery(filter), now)({ sound: { ...sound, ...changes }, header }) > 0;
const finds = (query: string, changes: Partial<Sound> = {}) =>
  compileQuery(parseQuery(query), now)({ sound: { ...sound, ...changes }, header }) > 0;

const rainScore = (changes: Partial<Sound>) =>
  compileQuery(parseQuery("rain"), now)({ sound: { ...sound, ...changes }, header });

describe("a filter", () => {
  test.each([
    "id:42",
    "id:(1 OR 42)",
    "tag:birds",
    "tags:field-recording",
    "tag:BIRDS",
    "tag:bir*",
    "tag:d?wn",
    'tag:"field-recording"',
    "tag:birds tag:dawn",
    "tag:birds AND NOT tag:rain",
    "tag:birds -tag:rain",
    "tag:rain OR tag:birds",
    "tag:(rain OR (birds AND dawn))",
    "tag:rain tag:thunder OR tag:birds",
    "+tag:birds",
    "!tag:rain",
    "description:(birds AND bells)",
    'description:"old town"',
    "description:bell",
    "name:field",
    "name:recording name:01",
    "original_filename:wav",
    "username:anna",
    "username:Anna_B2",
    'pack:"town mornings"',
    'grouping_pack:"7_Town Mornings"',
    "comment:robin",
    "type:wav",
    "type:(wav OR aiff)",
    'license:"Attribution NonCommercial"',
    "duration:[10 TO 15]",
    "duration:[12.5 TO *]",
    "duration:[* TO 12.5]",
    "duration:{12 TO 12.5]",
    "duration:12.5",
    "samplerate:44100",
    "channels:[1 TO 2}  OR channels:2",
    "filesize:[2000000 TO *]",
    "bitdepth:16",
    "num_downloads:[10 TO *]",
    "avg_rating:[7 TO 10]",
    "num_ratings:3",
    "category:Soundscapes subcategory:Nature",
    "gen_ai_preference:open-source-models",
    'gen_ai_preference:("open-source-models" OR "no-gen-ai")',
    "is_explicit:false",
    "was_remixed:true in_remix_group:true",
    "is_geotagged:1 OR is_geotagged:true",
    "created:[2026-01-01T00:00:00Z TO NOW]",
    "created:[* TO NOW-6MONTHS]",
    "created:[NOW-1YEAR/DAY TO *}",
    'created:"2026-05-10T08:30:00Z"',
    "created:[2026-05-10T08:30:00Z TO 2026-05-10T08:30:00Z]",
    "*:*",
    "pack:*",
    "tag:birds^2.5",
    String.raw`name:FieldRecording\_01`,
  ])("%s matches", (filter) => {
    expect(filters(filter)).toBe(true);
  });

  test.each([
    "id:41",
    "tag:bird",
    "tag:birds tag:rain",
    "-tag:birds",
    "NOT (tag:birds OR tag:rain)",
    'description:"town old"',
    "username:nna",
    "type:(mp3 OR ogg)",
    'license:"Attribution"',
    'license:"attribution noncommercial"',
    "duration:{12.5 TO 15]",
    "duration:[1 TO 12.5}",
    "created:[NOW-1DAY TO NOW]",
    "gen_ai_preference:open",
    "category:soundscapes",
    "is_explicit:true",
  ])("%s does not match", (filter) => {
    expect(filters(filter)).toBe(false);
  });

  test.each([
    ["foo:1", "undefined field foo"],
    ["constructor:1", "undefined field constructor"],
    ["birds", "no field name specified"],
    ["duration:long", "Invalid Number: long"],
    ["samplerate:44100.5", "Invalid Number: 44100.5"],
    ["created:2026-01-01", "Invalid Date String:'2026-01-01'"],
    ["created:[2026-01-01 TO NOW]", "Invalid Date String:'2026-01-01'"],
    ["duration:[1 TO 5", "Cannot parse 'duration:[1 TO 5': Encountered \"<EOF>\""],
    ["duration:[1 5]", 'Encountered "5"'],
    ["tag:(birds", 'Encountered "<EOF>"'],
    ["tag:birds)", 'Encountered ")"'],
    ["tag:", 'Encountered "<EOF>"'],
    ["tag:birds AND", 'Encountered "<EOF>"'],
    ['tag:"birds', 'Encountered """'],
    ["tag:birds:dawn", "Encountered"],
  ])("%s is refused: %s", (filter, message) => {
    expect(() => filters(filter)).toThrow(message);
  });

  test.each(["tag:birds~1", 'description:"old town"~3', "name:/b.*/", "{!geofilt}", "geotag:x"])(
    "%s is said not to be emulated",
    (filter) => {
      expect(() => filters(filter)).toThrow("not emulated");
    },
  );

  test("knows the name of a licence, not its version", () => {
    const by = "https://creativecommons.org/licenses/by/";
    for (const version of ["3.0", "4.0"])
      expect(filters('license:"Attribution"', { license: `${by}${version}/` })).toBe(true);
    const sampling = { license: "http://creativecommons.org/licenses/sampling+/1.0/" };
    expect(filters('license:"Sampling+"', sampling)).toBe(true);
    const zero = { license: "http://creativecommons.org/publicdomain/zero/1.0/" };
    expect(filters('license:"Creative Commons 0"', zero)).toBe(true);
  });

  test("takes fewer than three ratings for none", () => {
    expect(filters("avg_rating:[1 TO 10]", { numRatings: 2 })).toBe(false);
  });

  test("says whether it needs the file's header", () => {
    expect(needsHeader(parseQuery("tag:a OR (tag:b AND -duration:[1 TO 2])"))).toBe(true);
    expect(needsHeader(parseQuery("tag:a created:[* TO NOW]"))).toBe(false);
  });
});

describe("a query", () => {
  test.each([
    "birds",
    "BIRD",
    "birds dawn",
    "+birds -rain",
    '"old town"',
    "42",
    "anna",
    "mornings",
    "the birds",
    "rain OR birds",
    "tag:birds town",
    "bird*",
    "recording 01",
    "field-recording",
  ])("%s finds the sound", (query) => {
    expect(finds(query)).toBe(true);
  });

  test.each(["rain", "birds rain", "-birds", '"town old"', "birds -dawn", "tag:town", "foo:bar"])(
    "%s does not find it",
    (query) => {
      expect(finds(query)).toBe(false);
    },
  );

  test("finds words of other scripts", () => {
    expect(finds("पक्षी", { description: "सुबह के पक्षी" })).toBe(true);
    expect(finds("ПТИЦЫ", { description: "Утренние птицы." })).toBe(true);
  });

  test("scores a tag above a word of the description", () => {
    expect(rainScore({ tags: ["rain"] })).toBeGreaterThan(rainScore({ description: "rain" }));
    expect(rainScore({ description: "rain" })).toBeGreaterThan(0);
  });
});
