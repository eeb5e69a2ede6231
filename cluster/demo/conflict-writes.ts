/** What one region writes during the cut, and what came of each write. */
import { setTimeout as delay } from "node:timers/promises";
import { AtollError, type PutResult } from "../../src/client/index.js";
import { type Conflict, type ConflictPlan, keysWrittenIn } from "./conflict-plan.js";
import { PLACES_BUCKET } from "./import-phase.js";
import { type Latencies, LatencyRecorder } from "./latencies.js";
import type { Place, PlaceEntry } from "./places.js";
import type { DemoSession } from "./session.js";

export const TIPS_BUCKET = "tips";

/** Longer than it takes the nodes to give up on each other: writes before and after that must both be accepted. */
const CUT_MS = 5000;
const WRITES_IN_FLIGHT = 4;

/** What the register of a place holds once somebody has edited it. */
export interface EditedPlace extends Place {
  readonly editedIn: string;
}

/** A write that the cluster acknowledged during the cut. */
export interface AcceptedWrite {
  readonly key: string;
  readonly region: string;
  /** Its stamp. */
  readonly hlc: bigint;
}

export interface RegionWrites {
  readonly region: string;
  readonly attempted: number;
  readonly accepted: number;
  /** Why the first refused one was. */
  readonly firstError: string | null;
  readonly latencies: Latencies;
}

/** The text of a region's tip: what becomes a sibling. */
export function tipFrom(region: string, { place }: PlaceEntry): string {
  return `${region} recommends ${place.city}`;
}

export class ConflictWriter {
  readonly #session: DemoSession;
  readonly #plan: ConflictPlan;
  readonly #region: string;
  readonly #latencies = new LatencyRecorder();
  readonly registers: AcceptedWrite[] = [];
  readonly multis: AcceptedWrite[] = [];
  #attempted = 0;
  #firstError: string | null = null;

  constructor(session: DemoSession, plan: ConflictPlan, region: string) {
    this.#session = session;
    this.#plan = plan;
    this.#region = region;
  }

  get measures(): RegionWrites {
    return {
      region: this.#region,
      attempted: this.#attempted,
      accepted: this.registers.length + this.multis.length,
      firstError: this.#firstError,
      latencies: this.#latencies.summary(),
    };
  }

  /** Writes all that the region has to write, spread over the cut, or longer where the machine is slow. */
  async run(): Promise<void> {
    const mine = (conflicts: readonly Conflict[]) => keysWrittenIn(this.#plan, this.#region, conflicts);
    const tasks = [
      ...mine(this.#plan.multis).map(
        ({ entry }) =>
          () =>
            this.#note(this.multis, entry, this.#tip(entry)),
      ),
      ...mine(this.#plan.registers).map(
        ({ entry }) =>
          () =>
            this.#note(this.registers, entry, this.#edit(entry)),
      ),
    ];
    const startMs = performance.now();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
        const dueMs = startMs + (CUT_MS * next) / tasks.length;
        next += 1;
        await delay(Math.max(0, dueMs - performance.now()), undefined, { signal: this.#session.signal });
        await task();
      }
    };
    await Promise.all(Array.from({ length: WRITES_IN_FLIGHT }, work));
  }

  async #note(accepted: AcceptedWrite[], { key }: PlaceEntry, write: Promise<PutResult>): Promise<void> {
    this.#attempted += 1;
    try {
      accepted.push({ key, region: this.#region, hlc: (await write).hlc });
    } catch (error) {
      this.#session.signal.throwIfAborted();
      this.#firstError ??= AtollError.from(error).message;
    }
  }

  /** Replaces what this side of the cut shows. */
  async #tip(entry: PlaceEntry): Promise<PutResult> {
    const { signal } = this.#session;
    const tips = this.#session.in(this.#region).multi<string>(TIPS_BUCKET);
    const { context } = await tips.get(entry.key, { signal });
    return this.#latencies.time(tips.put(entry.key, tipFrom(this.#region, entry), { context, signal }));
  }

  #edit({ key, place }: PlaceEntry): Promise<PutResult> {
    const places = this.#session.in(this.#region).register<EditedPlace>(PLACES_BUCKET);
    const edited = { ...place, editedIn: this.#region };
    return this.#latencies.time(places.put(key, edited, { signal: this.#session.signal }));
  }
}
