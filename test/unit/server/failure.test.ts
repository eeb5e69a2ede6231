import { readFileSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import type { Failure, FailureReason } from "../../../src/replication/index.js";
import { badRequest, toItemError, toStatus } from "../../../src/server/failure.js";
import { decodeStatusDetails, STATUS_DETAILS_KEY } from "../../../src/wire/index.js";

const REASONS: Readonly<Record<FailureReason, true>> = {
  BAD_REQUEST: true,
  QUORUM_UNAVAILABLE: true,
  QUORUM_TIMEOUT: true,
  MAYBE_APPLIED: true,
  NOT_READY: true,
  DRAINING: true,
  OVERLOADED: true,
  STORAGE_FAILED: true,
  ROW_DAMAGED: true,
  TOO_MANY_SIBLINGS: true,
  CLOCK_DRIFT: true,
  UNIMPLEMENTED: true,
  DEADLINE_PASSED: true,
  INTERNAL: true,
  REMOVAL_REFUSED: true,
  SESSION_LOST: true,
  SESSION_BEHIND: true,
  CONDITION_FAILED: true,
  RESYNC: true,
  NOT_ATOMIC: true,
  WRONG_CLUSTER: true,
};

/** What the comments of the proto promise: reason to the name of its code. */
function promisedCodes(): ReadonlyMap<string, string> {
  const text = readFileSync("proto/atoll/kv/v1/kv.proto", "utf8");
  const promises = text.matchAll(/\/\/ ([A-Z_]+): [^\n]*\n(?:\s*\/\/[^\n]*\n)*\s*ERROR_REASON_([A-Z_]+) =/g);
  return new Map([...promises].map(([, code = "", reason = ""]) => [reason, code]));
}

const isReason = (name: string): name is FailureReason => name in REASONS;
const failing = (reason: FailureReason): Failure => ({
  kind: "failed",
  reason,
  message: `it is ${reason} – so it is`,
  metadata: { required: "2" },
});

describe("failures on the wire", () => {
  const promised = promisedCodes();
  const reasons = Object.keys(REASONS).filter(isReason);

  it.each(reasons)("%s has the code that the proto promises, and all details", (reason) => {
    const given = toStatus(failing(reason));
    expect(status[given.code]).toBe(promised.get(reason));
    const bytes = given.metadata.get(STATUS_DETAILS_KEY)[0];
    expect(bytes instanceof Buffer && decodeStatusDetails(bytes)).toEqual({
      code: given.code,
      message: given.details,
      reason,
      metadata: { required: "2" },
    });
    expect(toItemError(failing(reason))).toEqual({
      code: given.code,
      message: given.details,
      reason: `ERROR_REASON_${reason}`,
      metadata: { required: "2" },
    });
  });

  it("quotes what a caller sent without harm", () => {
    const given = toStatus(badRequest("address.bucket", `\ud800${"x".repeat(5_000)}`));
    expect(() => encodeURI(given.details)).not.toThrow();
    expect(given.details.length).toBeLessThanOrEqual(1_000);
  });
});
