import { quote } from "../engine/literal.ts";
import { type Typed, typed } from "./typed.ts";
import { JSON_TYPE } from "./types.ts";

/** `json.name` and `json['name']`: the member, NULL when the value is no object or has none. */
export const jsonField = (base: Typed, name: string): Typed =>
  typed(`gsql_json_member(${base.sql}, ${quote(name)})`, JSON_TYPE);

export const jsonMember = (base: Typed, key: Typed): Typed =>
  typed(`gsql_json_member(${base.sql}, ${key.sql})`, JSON_TYPE);

export const jsonElement = (base: Typed, index: Typed): Typed =>
  typed(`gsql_json_element(${base.sql}, ${index.sql})`, JSON_TYPE);
