import "./any-value.ts";
import "./arithmetic.ts";
import "./arrays.ts";
import "./casts.ts";
import "./dates.ts";
import "./format-model.ts";
import "./format.ts";
import "./hash.ts";
import "./json-edit.ts";
import "./json.ts";
import "./net.ts";
import "./ranges.ts";
import "./regexp.ts";
import "./text-encodings.ts";
import "./text.ts";
import "./date-parts.ts";
import "./interval-text.ts";
import "./interval.ts";
import "./like.ts";
import "./limits.ts";
import "./more.ts";
import "./math.ts";
import "./decimal-functions.ts";
import "./rounding.ts";
import "./statistics.ts";
import { udfs } from "./define.ts";

/** Every function that DuckDB must know before the first statement. */
export const allUdfs = (): typeof udfs => udfs;
