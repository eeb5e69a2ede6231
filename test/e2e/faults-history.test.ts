/** The judge of the fault tests, held against histories whose verdict is plain. */
import { describe, expect, it } from "vitest";
import { AtollError, type RegisterRead } from "../../src/client/index.js";
import { brokenPromise, type Write } from "./support/history.js";

const base = { key: "k", startedAtMs: 0, tookMs: 1 };
const error = new AtollError({ code: "UNAVAILABLE", reason: undefined, message: "no" });
const acknowledged = (value: string, hlc: bigint): Write => ({
  ...base,
  value,
  outcome: { kind: "acknowledged", hlc },
});
const failed = (value: string, kind: "maybe" | "refused"): Write => ({
  ...base,
  value,
  outcome: { kind, error },
});
const found = (value: string, hlc: bigint): RegisterRead<string> => ({
  found: true,
  value,
  hlc,
  context: new Uint8Array(),
  region: "eu",
  expiresAt: undefined,
});
const absent: RegisterRead<string> = {
  found: false,
  value: undefined,
  hlc: 0n,
  context: new Uint8Array(),
  region: "eu",
  expiresAt: undefined,
};

describe("a history", () => {
  it.each<[string, Write[], RegisterRead<string>]>([
    ["the value that was acknowledged", [acknowledged("a", 1n)], found("a", 1n)],
    ["the later of two", [acknowledged("a", 1n), acknowledged("b", 2n)], found("b", 2n)],
    ["a later one that may have been applied", [acknowledged("a", 1n), failed("b", "maybe")], found("b", 2n)],
    ["nothing, where nothing was acknowledged", [failed("a", "maybe"), failed("b", "refused")], absent],
  ])("is kept by %s", (_, writes, read) => {
    expect(brokenPromise(writes, read)).toBeUndefined();
  });

  it.each<[string, Write[], RegisterRead<string>, RegExp]>([
    ["an acknowledged write that is gone", [acknowledged("a", 1n)], absent, /is lost/],
    ["an older value", [acknowledged("a", 1n), acknowledged("b", 2n)], found("a", 1n), /b was acknowledged/],
    [
      "an older value that may have been applied",
      [acknowledged("a", 2n), failed("b", "maybe")],
      found("b", 1n),
      /a was/,
    ],
    ["a refused write that is there", [failed("a", "refused")], found("a", 1n), /its writer heard/],
    ["a value with another stamp", [acknowledged("a", 1n)], found("a", 2n), /was told 1/],
    ["a value that nobody wrote", [acknowledged("a", 1n)], found("c", 2n), /never written/],
  ])("is broken by %s", (_, writes, read, verdict) => {
    expect(brokenPromise(writes, read)).toMatch(verdict);
  });
});
