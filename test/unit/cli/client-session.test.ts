import { describe, expect, it } from "vitest";
import { failureOf } from "../../../src/cli/client-session.js";
import { AtollError, type AtollErrorInit } from "../../../src/client/index.js";

const failure = (init: Partial<AtollErrorInit>) =>
  failureOf(new AtollError({ code: "UNKNOWN", reason: undefined, message: "it failed", ...init }));

describe("what the cluster's errors mean to a script", () => {
  it.each([
    ["UNAVAILABLE", 4],
    ["DEADLINE_EXCEEDED", 4],
    ["NOT_FOUND", 3],
    ["INVALID_ARGUMENT", 2],
    ["UNKNOWN", 1],
    ["INTERNAL", 1],
    ["DATA_LOSS", 1],
    ["RESOURCE_EXHAUSTED", 1],
  ] as const)("%s is exit code %i", (code, exitCode) => {
    expect(failure({ code }).exitCode).toBe(exitCode);
  });

  it("a value that is too large for a message is the caller's mistake", () => {
    const message = "Received message larger than max (5000054 vs 4194304)";
    const tooLarge = failure({ code: "RESOURCE_EXHAUSTED", message });
    expect(tooLarge.exitCode).toBe(2);
    expect(tooLarge.text).toContain("The value is larger than the server takes.");
  });
});

describe("what they mean to a person", () => {
  it("is the message, the reason, and what to do", () => {
    const text = failure({ code: "UNAVAILABLE", reason: "QUORUM_UNAVAILABLE", message: "needs 2" }).text;
    expect(text.split("\n")).toEqual([
      "error: needs 2 (QUORUM_UNAVAILABLE)",
      "Ask for a lower --consistency, or bring replicas back: `atoll admin status` shows which are gone.",
    ]);
  });

  it("says when a write may have happened", () => {
    const init = { code: "DEADLINE_EXCEEDED", reason: "QUORUM_TIMEOUT" } as const;
    expect(failure({ ...init, maybeApplied: true }).text).toContain("may have been applied");
    expect(failure(init).text).not.toContain("may have been applied");
  });

  it("helps with a node that is not there", () => {
    const message = "not connected: nothing listens on 127.0.0.1:1";
    expect(failure({ code: "UNAVAILABLE", message }).text.split("\n")).toEqual([
      "error: not connected: nothing listens on 127.0.0.1:1",
      expect.stringContaining("`atoll start` runs one"),
    ]);
  });

  it("needs no advice where the message says it all", () => {
    expect(failure({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", message: "key: empty" }).text).toBe(
      "error: key: empty (BAD_REQUEST)",
    );
  });
});

describe("what they are to a program", () => {
  it("is one document", () => {
    const metadata = { required: "2", alive: "1" };
    const init = { code: "UNAVAILABLE", reason: "QUORUM_UNAVAILABLE", metadata } as const;
    expect(failure(init).document).toEqual({
      error: {
        code: "UNAVAILABLE",
        reason: "QUORUM_UNAVAILABLE",
        message: "it failed",
        metadata,
        maybeApplied: false,
      },
    });
    expect(failure({}).document).toMatchObject({ error: { reason: null, metadata: {} } });
  });
});
