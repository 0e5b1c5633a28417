import { describe, expect, test } from "vitest";
import { lazyRequires } from "#emulators/commands/build/lazy-requires.ts";
import { prune } from "#emulators/commands/build/prune-protos.ts";

/** Runs a CommonJS module; answers what it exports and what it has required, as it goes. */
function run(source: string, modules: Readonly<Record<string, unknown>>) {
  const required: string[] = [];
  const module: { exports: Record<string, unknown> } = { exports: {} };
  const require = (name: string) => {
    required.push(name);
    return modules[name];
  };
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- what the build writes is code
  new Function("module", "exports", "require", lazyRequires(source))(
    module,
    module.exports,
    require,
  );
  return { exports: module.exports as Record<string, () => unknown>, required };
}

describe("imports at their first use", () => {
  const source = `const thing_1 = require("thing");
const other_1 = require("./other");
var eager_1 = require("eager");
require("side-effect");
class Derived extends eager_1.Base {}
exports.make = () => new thing_1.Thing(1);
exports.call = () => (0, other_1.call)("thing_1");
Object.defineProperty(exports, "Thing", { enumerable: true, get: function () { return thing_1.Thing; } });`;
  class Thing {
    readonly size: number;
    constructor(size: number) {
      this.size = size;
    }
  }
  const modules = {
    thing: { Thing },
    "./other": { call: (text: string) => text },
    eager: { Base: Object },
  };

  test("are made when something of them is asked for, once", () => {
    const { exports, required } = run(source, modules);
    expect(required).toEqual(["side-effect", "eager"]);
    expect(exports["make"]?.()).toMatchObject({ size: 1 });
    expect(exports["Thing"]).toBe(Thing);
    expect(exports["make"]?.()).toBeInstanceOf(Thing);
    expect(required).toEqual(["side-effect", "eager", "thing"]);
  });

  test("a module that imports nothing so is left as it is", () => {
    const plain = `const a = require("a");\nmodule.exports = a;`;
    expect(lazyRequires(plain)).toBe(plain);
  });
});

const method = (requestType: string) => ({
  methods: { Get: { requestType, responseType: "Answer" } },
});

describe("a description of APIs", () => {
  const root = {
    nested: {
      google: {
        options: { cc_enable_arenas: true },
        nested: {
          Kept: method("Outer.Inner"),
          Dropped: method("Alone"),
          Answer: { fields: { kind: { type: "Kind", id: 1 }, of: { type: "other.Far", id: 2 } } },
          Outer: {
            fields: { text: { type: "string", id: 1 } },
            nested: { Inner: { fields: { more: { type: ".google.other.Far", id: 1 } } } },
          },
          Kind: { values: { A: 0 } },
          Alone: { fields: {} },
          other: { nested: { Far: { fields: {} }, Unused: { fields: {} } } },
        },
      },
    },
  };

  test("keeps the services that are called, and what their methods reach", () => {
    const google = prune(root, ["google.Kept"]).nested?.["google"];
    expect(Object.keys(google?.nested ?? {})).toEqual(["Kept", "Answer", "Outer", "Kind", "other"]);
    expect(Object.keys(google?.nested?.["other"]?.nested ?? {})).toEqual(["Far"]);
    expect(google).toMatchObject({ options: { cc_enable_arenas: true } });
  });

  test("that lacks what is asked for is refused by name", () => {
    expect(() => prune(root, ["google.Gone"])).toThrow("no google.Gone");
    const broken = {
      nested: {
        Service: { methods: { Get: { requestType: "Nowhere", responseType: "Nowhere" } } },
      },
    };
    expect(() => prune(broken, ["Service"])).toThrow("Service mentions Nowhere");
  });
});
