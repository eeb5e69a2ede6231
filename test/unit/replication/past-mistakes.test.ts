/** What other stores got wrong with sets, maps, counters and registers, replayed here. */
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../../src/codec/bytes.js";
import { writeDelta } from "../../../src/codec/delta-codec.js";
import { decodeRowKey, encodeRowKey, leafOf } from "../../../src/codec/index.js";
import { ABSENT_ROW, compileEdit, DataType } from "../../../src/crdt/index.js";
import { type Case, deedsOf, operationOf } from "./concurrent-cases.js";
import { Lab } from "./lab.js";

const ALL = { consistency: { level: "ALL" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;
const NODES = [1, 2, 3] as const;

class Cluster {
  readonly lab = new Lab({ eu: 3 });
  readonly #typed: Case["typed"];

  constructor(typed: Case["typed"]) {
    this.#typed = typed;
  }

  /** Does it at a node, and everywhere. */
  all(node: number, words: string): void {
    this.do(node, words, ALL);
  }

  /** Does it at a node, which tells nobody until they `meet`. */
  alone(node: number, words: string): void {
    this.lab.holds = (message) => message.type === "delta";
    this.do(node, words, ONE);
  }

  do(node: number, words: string, options: typeof ALL | typeof ONE): void {
    for (const deed of deedsOf(words, "elsewhere")) {
      const operation = operationOf(this.#typed, "k", deed, Buffer.alloc(0));
      expect(this.lab.execute(node, operation, options)).toMatchObject({ kind: "written" });
      this.lab.runFor(2);
    }
  }

  meet(): void {
    this.lab.release();
    this.lab.runFor(100);
  }

  /** Of a set its members, of a map its leaves; otherwise the one value. */
  read(node: number, options: typeof ALL | typeof ONE = ONE): string {
    const address = { type: DataType[this.#typed], bucket: "b", key: Buffer.from("k") };
    const isList = this.#typed === "set" || this.#typed === "map";
    const list = { kind: "list", address, path: [], after: undefined, limit: 100 } as const;
    const outcome = this.lab.execute(node, isList ? list : { kind: "get", address, element: [] }, options);
    if (outcome.kind === "counter") return String(outcome.value);
    if (outcome.kind === "read") return outcome.values.map(({ data }) => String(data)).join(" ");
    if (outcome.kind !== "page") throw new Error(JSON.stringify(outcome));
    const names = outcome.rows.map(({ rowKey, reading }) => {
      const { element } = decodeRowKey(rowKey);
      if (this.#typed === "set") return String(element[0]);
      const { path, member } = leafOf(element);
      const name = [...path, ...(member === undefined ? [] : [member])].join("/");
      if (reading.kind === "counter") return `${name}=${reading.value}`;
      return reading.kind === "values" ? `${name}=${String(reading.values[0]?.data)}` : name;
    });
    return names.join(" ");
  }

  expectEverywhere(shown: string): void {
    for (const node of NODES) expect(this.read(node)).toBe(shown);
  }
}

describe("a removal", () => {
  it("is not undone by the join with a replica that is behind, whatever else that one has seen (riak_dt#78, #82)", () => {
    const cluster = new Cluster("set");
    cluster.all(1, "set_add foo bar");
    cluster.all(2, "set_add baz");
    cluster.alone(1, "set_remove bar");
    expect(cluster.read(2)).toBe("bar baz foo");
    // The rows of all three are joined, and the join is written back.
    expect(cluster.read(3, ALL)).toBe("baz foo");
    cluster.meet();
    cluster.expectEverywhere("baz foo");
  });

  it("does not take along another field that the same update wrote (riak_dt#82, #90)", () => {
    const cluster = new Cluster("map");
    cluster.all(1, "put a 1; put b 1; flag_set c true");
    cluster.alone(2, "clear a");
    cluster.alone(3, "put c 2");
    cluster.meet();
    cluster.expectEverywhere("b=1 c=2 c");
  });

  it.each(["clear f", "clear f; set_add f d"])(
    "of a field, then %s, takes what was in it, though somebody changed it meanwhile (riak_dt#92, #93)",
    (words) => {
      const cluster = new Cluster("map");
      cluster.all(1, "set_add f a b");
      cluster.alone(1, words);
      cluster.alone(2, "set_add f c");
      cluster.meet();
      cluster.expectEverywhere(words.endsWith("d") ? "f/c f/d" : "f/c");
    },
  );

  it("that comes before what it removes is not forgotten when the member is added and removed again (riak_dt#99)", () => {
    const cluster = new Cluster("set");
    const { lab } = cluster;
    // The third node hears of the removal, and not of what it removed.
    lab.holds = (message, from, to) => message.type === "delta" && from === 1 && to === 3;
    cluster.do(1, "set_add m", ONE);
    lab.runFor(50);
    cluster.do(2, "set_remove m", ONE);
    lab.runFor(50);
    for (const words of ["set_add m", "set_remove m", "clear"]) cluster.do(3, words, ONE);
    expect(cluster.read(3)).toBe("");
    cluster.meet();
    cluster.expectEverywhere("");
  });
});

describe("a counter in a map", () => {
  it("that is removed while one node counts keeps what that node counted, as a whole and once (riak_dt#98)", () => {
    const cluster = new Cluster("map");
    cluster.all(1, "counter_add n 5");
    cluster.all(2, "counter_add n 7");
    cluster.alone(1, "clear n");
    cluster.alone(2, "counter_add n 1");
    cluster.meet();
    cluster.expectEverywhere("n=8");
  });

  it("is not set back twice by who removes it at once (riak_dt#53)", () => {
    const cluster = new Cluster("map");
    cluster.all(1, "counter_add n 5");
    cluster.all(2, "counter_add n 7");
    cluster.alone(1, "clear n");
    cluster.alone(3, "clear n");
    cluster.alone(2, "counter_add n -2");
    cluster.meet();
    cluster.expectEverywhere("n=5");
    cluster.all(3, "clear n");
    cluster.all(2, "counter_add n 1");
    cluster.expectEverywhere("n=1");
  });
});

describe("a register in a map", () => {
  it("shows an earlier value again only where nobody who saw it removed it (riak_dt#100)", () => {
    const cluster = new Cluster("map");
    cluster.alone(2, "put a earlier");
    cluster.alone(1, "put a later");
    cluster.alone(1, "clear a");
    cluster.meet();
    cluster.expectEverywhere("a=earlier");
    cluster.alone(2, "put a one");
    cluster.alone(3, "put a other");
    cluster.meet();
    cluster.expectEverywhere("a=other");
    cluster.all(1, "clear a");
    cluster.expectEverywhere("");
  });

  it.each(["register", "map"] as const)(
    "drops no assign, though its node's clock is minutes late (%s; riak_dt#133)",
    (typed) => {
      const cluster = new Cluster(typed);
      const field = typed === "map" ? "a " : "";
      const shownAs = (value: string): string => (typed === "map" ? `a=${value}` : value);
      cluster.all(1, `put ${field}first`);
      cluster.lab.node(2).host.clock.step(-300_000);
      for (const value of ["second", "third"]) {
        cluster.all(2, `put ${field}${value}`);
        cluster.expectEverywhere(shownAs(value));
      }
      cluster.all(2, typed === "map" ? "clear a" : "delete");
      cluster.expectEverywhere("");
      cluster.all(2, `put ${field}fourth`);
      cluster.expectEverywhere(shownAs("fourth"));
    },
  );
});

describe("a set", () => {
  it("costs the same, whatever its size: one delta of one row for a member added or removed", () => {
    const deltaBytes = (count: number): number[] => {
      const cluster = new Cluster("set");
      const { lab } = cluster;
      const { environment, replica } = lab.node(1);
      for (let at = 0; at < count; at++) {
        const rowKey = encodeRowKey(DataType.set, "b", Buffer.from("k"), [Buffer.from(`member-${at}`)]);
        const intent = compileEdit(ABSENT_ROW, { kind: "enable", expiresAtMs: 0 }, environment.actor, 0);
        if (intent === undefined || intent === "overflow") throw new Error("an add came to nothing");
        replica.mint(environment.actor, rowKey, ABSENT_ROW, intent, { requestId: undefined, following: 0 });
        if (at % 1_000 === 0) lab.runFor(20);
      }
      lab.runFor(20);
      const { sent } = lab.node(1);
      const sentBefore = sent.length;
      cluster.do(1, "set_add member-x", ONE);
      cluster.do(1, "set_remove member-3", ONE);
      return sent.slice(sentBefore).flatMap(({ to, message }) => {
        if (message.type !== "delta" || to !== 2) return [];
        const writer = new ByteWriter();
        writeDelta(writer, message.delta);
        return [writer.length];
      });
    };
    const small = deltaBytes(10);
    const large = deltaBytes(10_000);
    expect(large).toHaveLength(2);
    for (const [at, bytes] of large.entries()) {
      expect(bytes).toBeLessThan(300);
      // Numbers of more digits.
      expect(Math.abs(bytes - (small[at] ?? 0))).toBeLessThan(8);
    }
  });
});
