/** Puts that must not overwrite: if absent, and if nothing is newer than what was read. */
import { describe, expect, it } from "vitest";
import { DataType } from "../../../src/crdt/index.js";
import type { Operation, Outcome } from "../../../src/replication/index.js";
import { deleteOf, getOf, putOf, type Typed } from "../../../src/simulator/index.js";
import { Lab } from "./lab.js";

const QUORUM = { consistency: { level: "QUORUM" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;

function putIf(
  condition: "absent" | "unchanged",
  text: string,
  type: Typed = "register",
  context?: Buffer,
): Operation {
  return {
    kind: "put",
    address: { type: DataType[type], bucket: "b", key: Buffer.from("k") },
    value: { data: Buffer.from(text), encoding: 1 },
    context: context ?? Buffer.alloc(0),
    condition,
  };
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

function contextOf(outcome: Outcome): Buffer {
  return "context" in outcome ? outcome.context : Buffer.alloc(0);
}

describe.each(["register", "multi"] as const)("a conditional put of a %s", (type) => {
  it("creates what is absent, once, also after a delete", () => {
    const lab = new Lab({ eu: 3 });
    expect(reasonOf(lab.execute(1, putIf("absent", "a", type), QUORUM))).toBe("written");
    expect(reasonOf(lab.execute(2, putIf("absent", "b", type), QUORUM))).toBe("CONDITION_FAILED");
    lab.execute(3, deleteOf("k", type), QUORUM);
    expect(reasonOf(lab.execute(1, putIf("absent", "c", type), QUORUM))).toBe("written");
    expect(lab.execute(2, getOf("k", type), QUORUM)).toMatchObject({ values: [{ data: Buffer.from("c") }] });
  });

  it("sees what only other replicas of its level hold", () => {
    const lab = new Lab({ eu: 3 });
    lab.loses = (message, _from, to) => message.type === "delta" && to === 3;
    lab.execute(1, putOf("k", "there", type), QUORUM);
    expect(reasonOf(lab.execute(3, putIf("absent", "mine", type), QUORUM))).toBe("CONDITION_FAILED");
    expect(reasonOf(lab.execute(3, putIf("absent", "mine", type), ONE))).toBe("CONDITION_FAILED");
  });

  it("replaces what was read, and nothing newer", () => {
    const lab = new Lab({ eu: 3 });
    lab.execute(1, putOf("k", "a", type), QUORUM);
    const read = contextOf(lab.execute(2, getOf("k", type), QUORUM));
    const first = lab.execute(2, putIf("unchanged", "b", type, read), QUORUM);
    expect(reasonOf(first)).toBe("written");
    expect(reasonOf(lab.execute(3, putIf("unchanged", "c", type, read), QUORUM))).toBe("CONDITION_FAILED");
    expect(reasonOf(lab.execute(3, putIf("unchanged", "c", type, contextOf(first)), QUORUM))).toBe("written");
    lab.execute(1, deleteOf("k", type), QUORUM);
    expect(lab.execute(2, getOf("k", type), QUORUM)).toMatchObject({ values: [] });
  });

  it("is answered the same when it is asked again", () => {
    const lab = new Lab({ eu: 3 });
    const options = { ...QUORUM, requestId: "00112233445566778899aabbccddeeff" };
    lab.execute(1, putIf("absent", "a", type), options);
    expect(reasonOf(lab.execute(2, putIf("absent", "a", type), { ...options, isRetry: true }))).toBe(
      "written",
    );
  });

  it("may be met by two writers at once: it is no lock", () => {
    const lab = new Lab({ eu: 3 });
    lab.holds = (message) => message.type === "delta";
    const [one, other] = [
      lab.begin(1, putIf("absent", "a", type), ONE),
      lab.begin(2, putIf("absent", "b", type), ONE),
    ];
    lab.runFor(100);
    lab.release();
    expect([one, other].map(({ outcome }) => outcome && reasonOf(outcome))).toEqual(["written", "written"]);
  });
});
