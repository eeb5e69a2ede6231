import { describe, expect, it } from "vitest";
import { hlcAt } from "../../../src/causality/index.js";
import { conflictDocument, conflictsText } from "../../../src/cli/conflict-text.js";
import { autoCodec, type Conflict, type ConflictSide } from "../../../src/client/index.js";

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function side(part: Partial<ConflictSide> = {}): ConflictSide {
  const { hlc = hlcAt(AT_MS) + 2n } = part;
  const common = { region: "eu-west", dot: "1.9:4", isDelete: false, sizeBytes: 1_234, data: undefined };
  return { ...common, encoding: "text", ...part, hlc };
}

function conflict(part: Partial<Conflict> = {}): Conflict {
  const discarded = side({ region: "us-east", dot: "2.7:1", hlc: hlcAt(AT_MS - 1_000), sizeBytes: 7 });
  const key = Buffer.from("user:1");
  return { bucket: "carts", key, path: [], notedAtMs: AT_MS + 5, kept: side(), discarded, ...part };
}

const encoded = (value: unknown): Partial<ConflictSide> => {
  const { data, encoding } = autoCodec<unknown>().encode(value);
  return { data, encoding, sizeBytes: data.length };
};

describe("conflicts for people", () => {
  it("have region, time and size of both sides, and no values", () => {
    expect(conflictsText([conflict()]).split("\n")).toEqual([
      "BUCKET  KEY                REGION   WRITTEN                     BYTES",
      "carts   user:1  kept       eu-west  2026-01-02T03:04:05.678Z+2  1,234",
      "                discarded  us-east  2026-01-02T03:04:04.678Z+0      7",
    ]);
  });

  it("have the values where they were asked for, on one line and not too long", () => {
    const text = conflictsText([
      conflict({ kept: side(encoded({ n: 1 })), discarded: side(encoded("a\nb\u001b[2J")) }),
      conflict({ kept: side({ isDelete: true, sizeBytes: 0 }), discarded: side(encoded("x".repeat(500))) }),
      conflict({ kept: side({ ...encoded("begin"), sizeBytes: 9_000 }) }),
    ]);
    const values = text.split("\n").map((line) => line.split(/ {2,}/).at(-1));
    expect(values.slice(1, 3)).toEqual(['{"n":1}', "a b [2J"]);
    expect(text).toContain(`${"x".repeat(200)}…`);
    expect(text).not.toContain("x".repeat(201));
    expect(text).toContain("  deleted");
    expect(values[5]).toBe("begin…");
  });

  it("say where in a map, and of a region that is gone", () => {
    const path = [Buffer.from("address"), Buffer.from("a/b")];
    const text = conflictsText([conflict({ path, kept: side({ region: undefined }) })]);
    expect(text).toContain("user:1 address/a\\/b");
    expect(text).toContain("(removed)");
  });

  it("are none, with the reason why that may be", () => {
    expect(conflictsText([])).toMatch(/^no conflicts; .*conflict_log: true/);
  });
});

describe("conflicts for programs", () => {
  it("have all that is known of both sides", () => {
    expect(conflictDocument(conflict())).toEqual({
      bucket: "carts",
      key: "user:1",
      path: [],
      notedAt: "2026-01-02T03:04:05.683Z",
      kept: {
        region: "eu-west",
        dot: "1.9:4",
        hlc: String(hlcAt(AT_MS) + 2n),
        writtenAt: "2026-01-02T03:04:05.678Z",
        logical: 2,
        deleted: false,
        sizeBytes: 1_234,
      },
      discarded: expect.objectContaining({ region: "us-east", logical: 0, sizeBytes: 7 }),
    });
  });

  it("have values only where they were asked for; what was cut off is bytes", () => {
    const whole = conflictDocument(conflict({ kept: side(encoded([1, "é"])) }));
    expect(whole).toMatchObject({ kept: { encoding: "msgpack", value: [1, "é"] } });
    expect(Object.keys(Object(whole).discarded)).not.toContain("value");
    const cut = conflictDocument(conflict({ kept: side({ ...encoded("begin"), sizeBytes: 9_000 }) }));
    expect(cut).toMatchObject({ kept: { value: { $bytes: Buffer.from("begin").toString("base64") } } });
    const odd = conflictDocument(
      conflict({ kept: side({ data: Buffer.from([0xc1]), sizeBytes: 1, encoding: "msgpack" }) }),
    );
    expect(odd).toMatchObject({ kept: { value: { $bytes: "wQ==" } } });
  });
});
