import type { Call } from "../sql/ast.ts";
import type { Context } from "./context.ts";
import { arrayForms } from "./special-arrays.ts";
import { dateForms } from "./special-dates.ts";
import { jsonForms } from "./special-json.ts";
import { searchForms } from "./special-search.ts";
import { valueForms } from "./special-values.ts";
import type { Typed } from "./typed.ts";

export type SpecialForm = (call: Call, context: Context) => Typed;

/** Functions whose arguments are more than values: date parts, types, named arguments, any type. */
export const specialForms: Readonly<Record<string, SpecialForm | undefined>> = {
  ...arrayForms,
  ...jsonForms,
  ...dateForms,
  ...searchForms,
  ...valueForms,
};
