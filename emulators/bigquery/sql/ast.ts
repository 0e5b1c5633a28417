/** The syntax tree of GoogleSQL. `at` is the offset in the text, for error positions. */

export type TypeNode =
  | {
      readonly kind: "simple";
      readonly name: string;
      readonly params: readonly string[];
      readonly at: number;
    }
  | { readonly kind: "array"; readonly element: TypeNode; readonly at: number }
  | { readonly kind: "range"; readonly element: TypeNode; readonly at: number }
  | {
      readonly kind: "struct";
      readonly fields: readonly {
        readonly name?: string;
        readonly type: TypeNode;
        /** Where the type is a column's. */
        readonly options?: readonly Option[];
      }[];
      readonly at: number;
    };

/** `name = value` in OPTIONS, whose meaning hangs on what is made. */
export interface Option {
  readonly name: string;
  readonly expr: Expr;
  readonly at: number;
}

export type Literal =
  | { readonly type: "int" | "float" | "string"; readonly text: string }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "null" };

export interface OrderItem {
  readonly expr: Expr;
  readonly desc: boolean;
  readonly nulls?: "first" | "last";
}

export interface FrameBound {
  readonly kind:
    | "unbounded preceding"
    | "preceding"
    | "current"
    | "following"
    | "unbounded following";
  readonly offset?: Expr;
}

export interface WindowSpec {
  readonly base?: string;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: {
    readonly unit: "ROWS" | "RANGE";
    readonly from: FrameBound;
    readonly to: FrameBound;
  };
  readonly at: number;
}

export interface Call {
  readonly kind: "call";
  /** Parts of the name in upper case for built-in functions; `path` keeps the spelling. */
  readonly name: string;
  readonly path: readonly string[];
  readonly safe: boolean;
  readonly args: readonly Expr[];
  readonly named: readonly { readonly name: string; readonly expr: Expr }[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly nulls?: "ignore" | "respect";
  readonly having?: { readonly kind: "max" | "min"; readonly expr: Expr };
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expr;
  readonly over?: WindowSpec;
  readonly at: number;
}

export type IndexMode =
  | "plain"
  | "offset"
  | "ordinal"
  | "safe_offset"
  | "safe_ordinal"
  | "key"
  | "safe_key";

export type Expr =
  | { readonly kind: "literal"; readonly value: Literal; readonly at: number }
  | { readonly kind: "typed"; readonly type: TypeNode; readonly text: string; readonly at: number }
  | {
      readonly kind: "interval";
      readonly value: Expr;
      readonly from: string;
      readonly to?: string;
      readonly at: number;
    }
  | {
      readonly kind: "param";
      readonly name: string | undefined;
      readonly index: number;
      readonly at: number;
    }
  | { readonly kind: "sysvar"; readonly name: string; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "dot"; readonly base: Expr; readonly name: string; readonly at: number }
  | {
      readonly kind: "index";
      readonly base: Expr;
      readonly mode: IndexMode;
      readonly index: Expr;
      readonly at: number;
    }
  | Call
  | {
      readonly kind: "cast";
      readonly expr: Expr;
      readonly type: TypeNode;
      readonly safe: boolean;
      readonly format?: Expr;
      readonly zone?: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "extract";
      readonly part: DatePart;
      readonly expr: Expr;
      readonly zone?: Expr;
      readonly at: number;
    }
  | { readonly kind: "unary"; readonly op: string; readonly expr: Expr; readonly at: number }
  | {
      readonly kind: "binary";
      readonly op: string;
      readonly left: Expr;
      readonly right: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "between";
      readonly expr: Expr;
      readonly low: Expr;
      readonly high: Expr;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "in";
      readonly expr: Expr;
      readonly set: InSet;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "likeAny";
      readonly expr: Expr;
      readonly all: boolean;
      readonly set: InSet;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "is";
      readonly expr: Expr;
      readonly what: "NULL" | "TRUE" | "FALSE";
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "case";
      readonly operand?: Expr;
      /** Conditions (or values of the operand) with their results. */
      readonly whens: readonly (readonly [Expr, Expr])[];
      readonly otherwise?: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "with";
      readonly variables: readonly { readonly name: string; readonly expr: Expr }[];
      readonly result: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "array";
      readonly type?: TypeNode;
      readonly items: readonly Expr[];
      readonly at: number;
    }
  | {
      readonly kind: "struct";
      readonly type?: TypeNode;
      readonly fields: readonly { readonly expr: Expr; readonly alias?: string }[];
      /** Written `(a, b)` and not `STRUCT(…)`: its fields take no names from their expressions. */
      readonly tuple: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "subquery";
      readonly form: "scalar" | "array" | "exists";
      readonly query: Query;
      readonly at: number;
    }
  | { readonly kind: "datePart"; readonly part: DatePart; readonly at: number }
  | { readonly kind: "default"; readonly at: number };

/** `DAY`, `WEEK`, `WEEK(MONDAY)` … in upper case; `weekday` is 0 for Sunday. */
export interface DatePart {
  readonly name: string;
  readonly weekday?: number;
}

export type InSet =
  | { readonly kind: "list"; readonly items: readonly Expr[] }
  | { readonly kind: "unnest"; readonly array: Expr }
  | { readonly kind: "query"; readonly query: Query };

export interface Query {
  readonly with: readonly Cte[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expr;
  readonly offset?: Expr;
  readonly pipes: readonly Pipe[];
  readonly at: number;
}

export interface Cte {
  readonly name: string;
  readonly query: Query;
  readonly at: number;
}

export type QueryBody =
  | Select
  | SetOperation
  | { readonly kind: "nested"; readonly query: Query; readonly at: number }
  | { readonly kind: "from"; readonly from: FromItem; readonly at: number }
  | { readonly kind: "given"; readonly relational: Given; readonly at: number };

/** A table whose columns stand behind those that a pipe operator shows: where in the row, and of what type. */
export interface CarriedTable {
  readonly alias: string;
  readonly columns: readonly {
    readonly name: string;
    readonly index: number;
    readonly type: unknown;
    readonly reads: readonly string[];
  }[];
}

/** A relation that is analyzed already: the input of a pipe operator. */
interface Given {
  readonly sql: string;
  readonly columns: readonly unknown[];
}

export interface SetOperation {
  readonly kind: "set";
  readonly op: "UNION" | "INTERSECT" | "EXCEPT";
  readonly all: boolean;
  readonly byName?: ByName;
  readonly left: QueryBody;
  readonly right: QueryBody;
  readonly at: number;
}

/** `outer` says which inputs' extra columns are kept. */
export interface ByName {
  readonly outer: "strict" | "inner" | "left" | "full";
  readonly on?: readonly string[];
}

export interface Select {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly as?: "struct" | "value";
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expr;
  readonly groupBy?: GroupBy;
  readonly having?: Expr;
  readonly qualify?: Expr;
  readonly windows: readonly { readonly name: string; readonly spec: WindowSpec }[];
  readonly at: number;
}

export type SelectItem =
  | { readonly kind: "expr"; readonly expr: Expr; readonly alias?: string; readonly at: number }
  | {
      readonly kind: "star";
      readonly base?: Expr;
      readonly except: readonly string[];
      readonly replace: readonly { readonly expr: Expr; readonly name: string }[];
      readonly at: number;
    };

interface GroupItem {
  readonly expr: Expr;
  readonly alias?: string;
  /** Pipe syntax lets a key carry its sort order. */
  readonly order?: "asc" | "desc";
}

export type GroupBy =
  | { readonly kind: "all"; readonly at: number }
  | { readonly kind: "list"; readonly items: readonly GroupingElement[]; readonly at: number };

export type GroupingElement =
  | { readonly kind: "key"; readonly key: GroupItem }
  | { readonly kind: "rollup" | "cube" | "sets"; readonly sets: readonly GroupingElement[][] }
  | { readonly kind: "empty" };

export type FromItem =
  | {
      readonly kind: "table";
      readonly path: readonly string[];
      readonly alias?: string;
      readonly asOf?: Expr;
      readonly at: number;
    }
  | { readonly kind: "query"; readonly query: Query; readonly alias?: string; readonly at: number }
  | {
      readonly kind: "given";
      readonly relational: Given;
      readonly alias?: string;
      /** Tables of before, whose columns are still there under the tables' names. */
      readonly tables?: readonly CarriedTable[];
      readonly at: number;
    }
  | {
      readonly kind: "table call";
      readonly path: readonly string[];
      readonly args: readonly Expr[];
      readonly alias?: string;
      readonly at: number;
    }
  | {
      readonly kind: "unnest";
      readonly array: Expr;
      readonly alias?: string;
      readonly offset?: string;
      /** Named as a path in FROM (`FROM t, t.arr`), so the alias is the last name of it. */
      readonly at: number;
    }
  | {
      readonly kind: "join";
      readonly type: "inner" | "cross" | "comma" | "left" | "right" | "full";
      readonly left: FromItem;
      readonly right: FromItem;
      readonly on?: Expr;
      readonly using?: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: "pivot";
      readonly input: FromItem;
      readonly aggregates: readonly { readonly expr: Expr; readonly alias?: string }[];
      readonly on: Expr;
      readonly values: readonly { readonly expr: Expr; readonly alias?: string }[];
      readonly alias?: string;
      readonly at: number;
    }
  | {
      readonly kind: "unpivot";
      readonly input: FromItem;
      readonly includeNulls: boolean;
      readonly values: readonly string[];
      readonly name: string;
      readonly columns: readonly {
        readonly columns: readonly string[];
        readonly label?: Expr;
        readonly at: number;
      }[];
      readonly alias?: string;
      readonly at: number;
    }
  | {
      readonly kind: "sample";
      readonly input: FromItem;
      readonly percent: Expr;
      readonly at: number;
    };

export type Pipe =
  | { readonly kind: "where"; readonly expr: Expr; readonly at: number }
  | { readonly kind: "select"; readonly select: Select; readonly at: number }
  | {
      readonly kind: "extend";
      readonly items: readonly SelectItem[];
      readonly windows: Select["windows"];
      readonly at: number;
    }
  | {
      readonly kind: "set";
      readonly items: readonly { readonly name: string; readonly expr: Expr }[];
      readonly at: number;
    }
  | { readonly kind: "drop"; readonly names: readonly string[]; readonly at: number }
  | {
      readonly kind: "rename";
      readonly items: readonly { readonly from: string; readonly to: string }[];
      readonly at: number;
    }
  | { readonly kind: "as"; readonly alias: string; readonly at: number }
  | { readonly kind: "orderBy"; readonly items: readonly OrderItem[]; readonly at: number }
  | { readonly kind: "limit"; readonly limit: Expr; readonly offset?: Expr; readonly at: number }
  | {
      readonly kind: "aggregate";
      readonly items: readonly {
        readonly expr: Expr;
        readonly alias?: string;
        readonly order?: "asc" | "desc";
        readonly at: number;
      }[];
      readonly groupBy?: GroupBy;
      readonly orderKeys: boolean;
      readonly at: number;
    }
  | { readonly kind: "distinct"; readonly at: number }
  | {
      readonly kind: "with";
      readonly with: readonly Cte[];
      readonly recursive: boolean;
      readonly at: number;
    }
  | { readonly kind: "join"; readonly make: (left: FromItem) => FromItem; readonly at: number }
  | {
      readonly kind: "set-operation";
      readonly op: SetOperation["op"];
      readonly all: boolean;
      readonly byName?: ByName;
      readonly queries: readonly Query[];
      readonly at: number;
    };
