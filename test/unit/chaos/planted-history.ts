/** Histories in short, for checkers to judge. */
import type { ClientLine, HistoryLine, WorkloadName } from "../../chaos/history/history-line.js";

type Fields = Partial<ClientLine> & Pick<ClientLine, "f" | "key">;

/** What a client did, as two lines; or, with a process of its own, only the beginning. */
export class PlantedHistory {
  readonly lines: HistoryLine[] = [];
  readonly #workload: WorkloadName;
  #process = 0;

  constructor(workload: WorkloadName) {
    this.#workload = workload;
  }

  /** Begins, and returns how to end it. */
  begin(fields: Fields): (end: Partial<ClientLine>) => this {
    const call = { process: this.#process++, value: null, home: "eu", ...fields, workload: this.#workload };
    this.#append({ ...call, type: "invoke" });
    return (end) => {
      this.#append({ type: "ok", ...call, ...end });
      return this;
    };
  }

  /** Begins and ends at once; an end that says nothing else is ok. */
  call(fields: Fields, end: Partial<ClientLine> = {}): this {
    return this.begin(fields)(end);
  }

  put(key: string, value: string, end: Partial<ClientLine> = {}, observed?: string[]): this {
    return this.call({ f: "put", key, value, ...(observed === undefined ? {} : { observed }) }, end);
  }

  get(key: string, end: Partial<ClientLine>): this {
    return this.call({ f: "get", key }, end);
  }

  finally(key: string, end: Partial<ClientLine>, home = "eu"): this {
    return this.call({ f: "get", key, isFinal: true, home }, end);
  }

  #append(line: Omit<ClientLine, "index" | "time">): void {
    this.lines.push({ index: this.lines.length, time: this.lines.length, ...line });
  }
}
