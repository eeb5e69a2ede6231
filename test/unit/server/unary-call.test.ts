import { EventEmitter } from "node:events";
import { Metadata, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { CallsInFlight, type UnaryWork, unaryCall } from "../../../src/server/unary-call.js";

interface Said {
  readonly text: string;
}

/** A call as gRPC hands it to a handler, with what was answered to it. */
function callOf(cancelled: boolean, deadline: number | Date = Number.POSITIVE_INFINITY) {
  const answers: Parameters<sendUnaryData<Said>>[] = [];
  const call: ServerUnaryCall<Said, Said> = Object.assign(new EventEmitter(), {
    cancelled,
    metadata: new Metadata(),
    request: { text: "hello" },
    getPeer: () => "peer",
    sendMetadata: () => {},
    getDeadline: () => deadline,
    getPath: () => "/path",
    getHost: () => "host",
    getAuthContext: () => ({}),
    getMetricsRecorder: () => {
      throw new Error("no metrics here");
    },
  });
  return {
    call,
    answers,
    callback: (...answer: Parameters<sendUnaryData<Said>>) => void answers.push(answer),
  };
}

function handle(work: UnaryWork<Said, Said>, given = callOf(false)) {
  const calls = new CallsInFlight();
  const observed: string[] = [];
  const observe = (method: string, outcome: string, seconds: number) => {
    expect(seconds).toBeGreaterThanOrEqual(0);
    observed.push(`${method} ${outcome}`);
  };
  unaryCall("Say", calls, observe, work)(given.call, given.callback);
  return { calls, observed, answers: given.answers };
}

describe("a unary call", () => {
  it("is answered and measured", () => {
    const { answers, observed, calls } = handle((request, _remainingMs, answer) => answer(request));
    expect(answers).toEqual([[null, { text: "hello" }]]);
    expect(observed).toEqual(["Say ok"]);
    expect(calls.count).toBe(0);
  });

  it("is measured, but not answered, when the client went away", () => {
    const { answers, observed, calls } = handle(
      (request, _remainingMs, answer) => answer(request),
      callOf(true),
    );
    expect(answers).toEqual([]);
    expect(observed).toEqual(["Say ok"]);
    expect(calls.count).toBe(0);
  });

  it("is answered once", () => {
    const { answers, calls } = handle((request, _remainingMs, answer) => {
      answer(request);
      answer(request);
    });
    expect(answers).toHaveLength(1);
    expect(calls.count).toBe(0);
  });

  it("fails alone when its handler throws", () => {
    const { answers, observed } = handle(() => {
      throw new Error("a bug");
    });
    expect(answers).toMatchObject([[{ code: status.INTERNAL, details: "a defect of the server: a bug" }]]);
    expect(observed).toEqual(["Say internal"]);
  });

  it.each([
    ["none", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["a date", new Date(Date.now() + 5_000), 5_000],
    ["past", Date.now() - 5_000, -5_000],
  ])("knows what its deadline leaves: %s", (_name, deadline, expected) => {
    let left = 0;
    handle(
      (_request, remainingMs) => {
        left = remainingMs;
      },
      callOf(false, deadline),
    );
    if (Number.isFinite(expected)) expect(Math.abs(left - expected)).toBeLessThan(1_000);
    else expect(left).toBe(expected);
  });

  it("is in flight until it was answered", async () => {
    const answering: (() => void)[] = [];
    const { calls } = handle((request, _remainingMs, answer) => answering.push(() => answer(request)));
    expect(calls.count).toBe(1);
    let isIdle = false;
    const idle = calls.idle().then(() => {
      isIdle = true;
    });
    await Promise.resolve();
    expect(isIdle).toBe(false);
    answering[0]?.();
    await idle;
    await calls.idle();
  });
});
