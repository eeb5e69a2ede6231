/** Makes calls and writes down what came of them, in the name of processes that a history can be checked by. */
import { AtollError } from "../../../src/client/index.js";
import type { LineSink } from "./history-file.js";
import type { ClientLine, WorkloadName } from "./history-line.js";

/** What is known when a call begins. */
export type Invocation = Pick<ClientLine, "f" | "key" | "value" | "observed" | "isFinal">;
/** What is known once it did what it was meant to. */
export type Success = Pick<ClientLine, "hlc" | "region" | "minted"> & {
  readonly value?: ClientLine["value"];
};

/** The calls of one worker, one at a time. */
export class Recorder {
  readonly home: string;
  readonly #sink: LineSink;
  readonly #workload: WorkloadName;
  readonly #stride: number;
  #process: number;

  /** `number` is below `stride`, and no other worker's. */
  constructor(sink: LineSink, workload: WorkloadName, home: string, number: number, stride: number) {
    this.#sink = sink;
    this.#workload = workload;
    this.home = home;
    this.#process = number;
    this.#stride = stride;
  }

  /** Undefined when it failed, or may have. Never rejects, but with what is not an `AtollError`'s business. */
  async call<Result>(
    invocation: Invocation,
    work: () => Promise<Result>,
    describe: (result: Result) => Success,
  ): Promise<Result | undefined> {
    const line = {
      process: this.#process,
      workload: this.#workload,
      home: this.home,
      ...invocation,
    };
    this.#sink.append({ type: "invoke", ...line });
    try {
      const result = await work();
      this.#sink.append({ type: "ok", ...line, ...describe(result) });
      return result;
    } catch (thrown) {
      const error = AtollError.from(thrown);
      // A read changes nothing: that nobody answered it leaves nothing in doubt.
      const isUnknown = error.maybeApplied && invocation.f !== "get";
      if (isUnknown) this.#process += this.#stride;
      const text = `${error.code} ${error.reason ?? ""} ${error.message}`.slice(0, 300);
      this.#sink.append({ type: isUnknown ? "info" : "fail", ...line, error: text });
      return undefined;
    }
  }
}
