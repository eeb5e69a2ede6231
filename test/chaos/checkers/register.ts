/**
 * Registers whose reads and writes wait for quorums that meet. Every stamp says where its value stands, so no order has
 * to be searched for: a read that began after a write or a read of the key had ended returns its stamp, or a higher one.
 * That is read-your-writes, monotonic reads, and more: they hold between all clients.
 */
import { type Call, callEvents, type Outcome } from "../history/calls.js";
import type { ClientLine, HistoryLine, WorkloadName } from "../history/history-line.js";
import { Findings, type Verdict } from "./verdict.js";

/** The highest stamp that a call has ended with. */
interface Floor {
  readonly hlc: bigint;
  readonly line: ClientLine;
}

interface Promised {
  readonly name: string;
  readonly workload: WorkloadName;
  /** Whether the promise holds for a call that ended so. Others are counted, not judged. */
  readonly isCovered: (line: ClientLine) => boolean;
}

/** At `QUORUM` both ways, whoever asks and whoever answers. */
export function checkRegister(history: Iterable<HistoryLine>): Verdict {
  return checkOrder(history, {
    name: "register: quorum reads see what was acknowledged, and never go back",
    workload: "register",
    isCovered: () => true,
  });
}

/** At `LOCAL_QUORUM` both ways, while the region answers its own clients and puts their writes into its own logs. */
export function checkSession(history: Iterable<HistoryLine>): Verdict {
  return checkOrder(history, {
    name: "session: at home, local quorums read their own region's writes, and never go back",
    workload: "session",
    isCovered: ({ home, region, minted }) => region === home && (minted === undefined || minted === home),
  });
}

function checkOrder(history: Iterable<HistoryLine>, promised: Promised): Verdict {
  const findings = new Findings();
  const floors = new Map<string, Floor>();
  const floorAtBegin = new Map<Call, Floor>();
  const writes = new WrittenValues(findings);
  for (const event of callEvents(history)) {
    const { invoked } = event.call;
    if (invoked.workload !== promised.workload) continue;
    if (event.kind === "begin") {
      const floor = floors.get(invoked.key);
      if (floor !== undefined && invoked.f === "get") floorAtBegin.set(event.call, floor);
      if (invoked.f === "put") writes.begin(invoked);
      continue;
    }
    const { line, outcome } = event;
    const before = floorAtBegin.get(event.call);
    floorAtBegin.delete(event.call);
    if (line.f === "put") writes.end(line, outcome);
    if (outcome !== "ok" || line.hlc === undefined) continue;
    if (line.f === "get") writes.seen(line);
    if (!promised.isCovered(line)) {
      findings.count(`${line.f} elsewhere`);
      continue;
    }
    findings.count(`${line.f} ok`);
    const hlc = BigInt(line.hlc);
    if (before !== undefined && hlc < before.hlc)
      findings.violated(`${line.key} went back from ${before.hlc} to ${hlc}`, before.line, invoked, line);
    const floor = floors.get(line.key);
    if (floor === undefined || hlc > floor.hlc) floors.set(line.key, { hlc, line });
  }
  return findings.verdict(promised.name);
}

/** What is read must have been written, and not refused, and under the stamp that its writer was told. */
class WrittenValues {
  readonly #findings: Findings;
  readonly #writes = new Map<string, ClientLine>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  begin(invoked: ClientLine): void {
    this.#writes.set(`${invoked.key} ${invoked.value}`, invoked);
  }

  end(line: ClientLine, outcome: Outcome): void {
    if (outcome !== "ok") this.#findings.count(`put ${outcome}`);
    this.#writes.set(`${line.key} ${line.value}`, line);
  }

  seen(read: ClientLine): void {
    if (read.value === null) return;
    const write = this.#writes.get(`${read.key} ${read.value}`);
    if (write === undefined) this.#findings.violated(`${read.value} was never written to ${read.key}`, read);
    else if (write.type === "fail")
      this.#findings.violated(`${read.value} is there, and was refused`, write, read);
    else if (write.type === "ok" && write.hlc !== read.hlc)
      this.#findings.violated(`${read.value} has another stamp than its put`, write, read);
  }
}
