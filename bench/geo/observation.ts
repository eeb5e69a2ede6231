/**
 * What only a store in several regions has to show, watched while a load runs: lag between regions, how far behind each
 * is, faults at their times, bytes between the nodes, and whether all hold the same in the end.
 */
import type { LocalCluster } from "../../cluster/index.js";
import type { GeoResult, RunObserver } from "../load/index.js";
import { convergenceMs, peerBytes, sentBetween } from "./cluster-figures.js";
import { type Fault, inject } from "./fault-schedule.js";
import { LagProbes, type ProbeOptions } from "./lag-probes.js";

interface ObservationOptions {
  /** Undefined: there is no lag to measure. */
  readonly probes: ProbeOptions | undefined;
  /** Undefined for a cluster that runs elsewhere: no faults then, and nothing of its nodes. */
  readonly cluster: LocalCluster | undefined;
  readonly faults: readonly Fault[];
}

const SAMPLE_MS = 50;
const SECOND_MS = 1_000;
const CONVERGENCE_TIMEOUT_MS = 30_000;

interface Injected {
  readonly fault: Fault;
  readonly doneMs: number;
  readonly error: string | null;
  convergedMs: number | null;
}

export class Observation implements RunObserver {
  readonly #options: ObservationOptions;
  readonly #probes: LagProbes | undefined;
  readonly #signal: AbortSignal;
  readonly #injected: Injected[] = [];
  readonly #staleness: { second: number; ms: number[] }[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #injecting = Promise.resolve();
  #measureFromMs = 0;
  #bytesBefore: (number | undefined)[] = [];

  private constructor(options: ObservationOptions, probes: LagProbes | undefined, signal: AbortSignal) {
    this.#options = options;
    this.#probes = probes;
    this.#signal = signal;
  }

  /** Rejects when a region does not answer. */
  static async open(options: ObservationOptions, signal: AbortSignal): Promise<Observation> {
    const { probes } = options;
    return new Observation(options, probes === undefined ? undefined : await LagProbes.open(probes), signal);
  }

  async begin(measureFromMs: number): Promise<void> {
    this.#measureFromMs = performance.now() + measureFromMs - Date.now();
    await this.#probes?.begin();
    this.#bytesBefore = await peerBytes(this.#admins());
    for (const fault of this.#options.faults)
      this.#at(this.#measureFromMs + fault.atMs, () => {
        this.#injecting = this.#injecting.then(() => this.#inject(fault));
      });
    const sampling = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timers.add(sampling);
  }

  async end(writtenBytes: number): Promise<GeoResult> {
    this.#stop();
    await this.#injecting;
    await this.#probes?.close();
    const { cluster } = this.#options;
    const converged =
      cluster === undefined ? undefined : await convergenceMs(cluster, CONVERGENCE_TIMEOUT_MS, this.#signal);
    const sent = sentBetween(this.#bytesBefore, await peerBytes(this.#admins()));
    return {
      faults: this.#injected.map(({ convergedMs, doneMs, error, fault }) => ({
        second: rounded((doneMs - this.#measureFromMs) / SECOND_MS),
        text: fault.text,
        error,
        convergedMs: convergedMs === null ? null : rounded(convergedMs),
      })),
      lag: (this.#probes?.pairs ?? []).map(({ from, to, visibility }) => ({
        from,
        to,
        linkMs: cluster?.linkDelayMs(from, to) ?? null,
        writes: visibility.writes,
        seen: visibility.latencies.count,
        latency: visibility.latencies.percentiles(),
      })),
      staleness: this.#staleness,
      peerBytes:
        cluster === undefined
          ? null
          : {
              sent,
              written: writtenBytes,
              perWrittenByte: writtenBytes === 0 ? null : rounded(sent / writtenBytes),
            },
      convergence: cluster === undefined ? null : { ms: converged === undefined ? null : rounded(converged) },
    };
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#probes?.close();
  }

  async #inject(fault: Fault): Promise<void> {
    const { cluster } = this.#options;
    if (cluster === undefined) return;
    let error: string | null = null;
    try {
      await inject(cluster, fault);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
    this.#injected.push({ fault, doneMs: performance.now(), error, convergedMs: null });
  }

  #sample(): void {
    const pairs = this.#probes?.pairs ?? [];
    if (pairs.length === 0) return;
    const nowMs = performance.now();
    for (const injected of this.#injected) {
      const { doneMs, error, fault } = injected;
      if (!fault.isHealing || error !== null || injected.convergedMs !== null) continue;
      if (pairs.every(({ visibility }) => visibility.hasSeenAllBefore(doneMs)))
        injected.convergedMs = nowMs - doneMs;
    }
    const second = Math.floor((nowMs - this.#measureFromMs) / SECOND_MS);
    if (second < 0) return;
    const staleness = pairs.map(({ visibility }) => rounded(visibility.stalenessMs(nowMs)));
    const last = this.#staleness.at(-1);
    // The worst of each second.
    if (last?.second === second) last.ms = last.ms.map((ms, at) => Math.max(ms, staleness[at] ?? 0));
    else this.#staleness.push({ second, ms: staleness });
  }

  #at(dueMs: number, work: () => void): void {
    this.#timers.add(setTimeout(work, Math.max(0, dueMs - performance.now())));
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #admins(): string[] {
    return this.#options.cluster?.nodes.map(({ admin }) => admin) ?? [];
  }
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
