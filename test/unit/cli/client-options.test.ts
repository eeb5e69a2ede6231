import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addClusterOptions,
  addEndpointOptions,
  endpointsOf,
  parseConsistency,
  parseTimeoutMs,
  singleEndpointOf,
} from "../../../src/cli/client-options.js";

const VARIABLE = "ATOLL_ENDPOINT";
let inherited: string | undefined;
beforeEach(() => {
  inherited = process.env[VARIABLE];
  delete process.env[VARIABLE];
});
afterEach(() => {
  if (inherited === undefined) delete process.env[VARIABLE];
  else process.env[VARIABLE] = inherited;
});

function endpoints(...args: string[]): readonly string[] {
  return endpointsOf(addEndpointOptions(new Command()).parse(args, { from: "user" }).opts());
}

describe("endpoints", () => {
  it("are those of the flags, else of the environment, else the default", () => {
    expect(endpoints()).toEqual(["127.0.0.1:7400"]);
    process.env[VARIABLE] = "";
    expect(endpoints()).toEqual(["127.0.0.1:7400"]);
    process.env[VARIABLE] = "a:1, b:2";
    expect(endpoints()).toEqual(["a:1", "b:2"]);
    expect(endpoints("--endpoint", "c:3")).toEqual(["c:3"]);
  });

  it("may be repeated, or in a list", () => {
    expect(endpoints("--endpoint", "a:1,b:2", "--endpoint", "c:3")).toEqual(["a:1", "b:2", "c:3"]);
  });

  it("are one for a verb that asks one node", () => {
    const one = (...list: string[]) => singleEndpointOf({ endpoint: list, timeout: 1 });
    expect(one("a:1")).toBe("a:1");
    expect(() => one("a:1", "b:2")).toThrow("this asks one node");
  });
});

describe("flags", () => {
  const read = (...args: string[]) =>
    addClusterOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
      .parse(args, { from: "user" })
      .opts();

  it("have defaults", () => {
    expect(read()).toEqual({ bucket: "default", type: "register", timeout: 5_000 });
  });

  it("know the data types", () => {
    expect(read("--type", "multi").type).toBe("multi");
    expect(() => read("--type", "counter")).toThrow("Allowed choices are register, multi");
  });

  it("take a consistency by name or number", () => {
    expect(["QUORUM", "local_quorum", "each-quorum", "3"].map(parseConsistency)).toEqual([
      "QUORUM",
      "LOCAL_QUORUM",
      "EACH_QUORUM",
      3,
    ]);
    for (const bad of ["", "0", "-1", "1.5", "MOST", "99999"]) {
      expect(() => parseConsistency(bad)).toThrow("one of ONE, TWO");
    }
  });

  it("take whole milliseconds", () => {
    expect(["1", "5000", "2147483647"].map(parseTimeoutMs)).toEqual([1, 5_000, 2_147_483_647]);
    for (const bad of ["0", "-5", "1.5", "1e3", "", "5s", "2147483648"]) {
      expect(() => parseTimeoutMs(bad)).toThrow("whole milliseconds");
    }
  });
});
