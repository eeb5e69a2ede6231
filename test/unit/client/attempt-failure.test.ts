import { describe, expect, it } from "vitest";
import { attemptFailure } from "../../../src/client/attempt-failure.js";
import { AtollError, type ErrorCode } from "../../../src/client/index.js";
import { withAddress } from "../../../src/client/transport-account.js";

const of = (code: ErrorCode, message: string) =>
  attemptFailure(new AtollError({ code, reason: undefined, message }));

describe("a failure of the transport", () => {
  it.each<[ErrorCode, string]>([
    [
      "UNAVAILABLE",
      "No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
    ],
    ["UNAVAILABLE", "Name resolution failed for target dns:nowhere:7400"],
    ["UNAVAILABLE", "connect ECONNREFUSED 127.0.0.1:7400"],
    ["UNAVAILABLE", "Channel closed before call started"],
    ["UNAVAILABLE", "Stream refused by server"],
    ["INTERNAL", "Failed to start HTTP/2 stream with error The session has been destroyed"],
  ])("%s %s: the request was never sent", (code, message) => {
    expect(of(code, message)).toEqual({ scope: "node", mayHaveArrived: false });
  });

  it("is judged by what gRPC said, not by what people are told", () => {
    const details = "Received RST_STREAM with code 0 (Call ended without gRPC status)";
    const cause = Object.assign(new Error(details), { details });
    const failure = new AtollError({ code: "INTERNAL", reason: undefined, message: details, cause });
    const told = withAddress(failure, "here:1");
    expect(told.message).toBe("the connection to here:1 broke before it had answered");
    expect(attemptFailure(told)).toEqual({ scope: "node", mayHaveArrived: true });
  });

  it.each<[ErrorCode, string]>([
    ["UNAVAILABLE", "Connection dropped"],
    ["UNAVAILABLE", "read ECONNRESET"],
    ["INTERNAL", "Received RST_STREAM with code 2 triggered by internal client error: write EPIPE"],
    ["INTERNAL", "Received RST_STREAM with code 0 (Call ended without gRPC status)"],
    ["CANCELLED", "Call cancelled"],
  ])("%s %s: the request may have arrived, and another node may be tried", (code, message) => {
    expect(of(code, message)).toEqual({ scope: "node", mayHaveArrived: true });
  });

  it.each<[ErrorCode, string]>([
    ["DEADLINE_EXCEEDED", "Deadline exceeded after 5.001s"],
    ["UNKNOWN", "odd"],
    ["INTERNAL", "Error parsing response: invalid wire type"],
  ])("%s %s: the caller is told, and the request may have arrived", (code, message) => {
    expect(of(code, message)).toEqual({ scope: "answer", mayHaveArrived: true });
  });

  it.each<[ErrorCode, string]>([
    ["UNAUTHENTICATED", "no"],
    ["RESOURCE_EXHAUSTED", "Received message larger than max"],
    ["UNIMPLEMENTED", "The server does not implement the method"],
  ])("%s %s: the caller is told, and nothing was done", (code, message) => {
    expect(of(code, message)).toEqual({ scope: "answer", mayHaveArrived: false });
  });
});
