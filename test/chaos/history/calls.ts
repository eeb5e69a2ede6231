/** Pairs the lines of a history: which end belongs to which beginning. */
import type { ClientLine, HistoryLine } from "./history-line.js";

/** A client's call; one object from its beginning to its end. */
export interface Call {
  readonly invoked: ClientLine;
}

export type CallEvent =
  | { readonly kind: "begin"; readonly call: Call }
  /** `line` says what came of it; it is the invocation itself if the history ends before it. */
  | { readonly kind: "end"; readonly call: Call; readonly line: ClientLine; readonly outcome: Outcome };

export type Outcome = "ok" | "fail" | "info";

/** In the order of the history, which is that of time: what ended on an earlier line had ended before. */
export function* callEvents(lines: Iterable<HistoryLine>): Generator<CallEvent, undefined> {
  const open = new Map<number, Call>();
  for (const line of lines) {
    if (line.process === "nemesis") continue;
    if (line.type === "invoke") {
      if (open.has(line.process)) throw new Error(`line ${line.index}: process ${line.process} is busy`);
      const call = { invoked: line };
      open.set(line.process, call);
      yield { kind: "begin", call };
      continue;
    }
    const call = open.get(line.process);
    if (call === undefined) throw new Error(`line ${line.index} ends what never began`);
    open.delete(line.process);
    yield { kind: "end", call, line, outcome: line.type };
  }
  for (const call of open.values()) yield { kind: "end", call, line: call.invoked, outcome: "info" };
}
