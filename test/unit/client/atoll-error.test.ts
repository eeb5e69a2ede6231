import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { AtollError } from "../../../src/client/index.js";
import { STATUS_DETAILS_KEY } from "../../../src/wire/index.js";
import { refusal } from "./fake-node.js";

const asError = (init: object): Error => Object.assign(new Error("grpc"), init);

describe("AtollError.from", () => {
  it("reads the rich details of the server", () => {
    const error = AtollError.from(asError(refusal("UNAVAILABLE", "QUORUM_UNAVAILABLE")));
    expect(error).toMatchObject({
      name: "AtollError",
      code: "UNAVAILABLE",
      reason: "QUORUM_UNAVAILABLE",
      metadata: { required: "2", alive: "1" },
      maybeApplied: false,
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("makes do with a bare status, with details that are no details, and with codes unknown to gRPC", () => {
    const metadata = new Metadata();
    metadata.set(STATUS_DETAILS_KEY, Buffer.from("garbage"));
    const damaged = AtollError.from(asError({ code: status.DATA_LOSS, details: "hm", metadata }));
    expect(damaged).toMatchObject({ code: "DATA_LOSS", reason: undefined, message: "hm", metadata: {} });
    const alien = AtollError.from(asError({ code: 99, details: "", metadata: new Metadata() }));
    expect(alien).toMatchObject({ code: "UNKNOWN", message: "grpc" });
  });

  it("normalises whatever else was thrown", () => {
    const known = AtollError.invalid("key", "no");
    expect(AtollError.from(known)).toBe(known);
    expect(AtollError.from(new DOMException("stop", "AbortError"))).toMatchObject({ code: "CANCELLED" });
    expect(AtollError.from(new TypeError("oops"))).toMatchObject({ code: "INTERNAL", message: "oops" });
    expect(AtollError.from("text")).toMatchObject({ code: "INTERNAL", message: "text" });
  });
});
