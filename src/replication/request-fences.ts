/**
 * Request ids that this replica will not apply (rule 17), although it holds no dot of theirs:
 *
 * - those it promised never to: a retry elsewhere asked for them, was told "unknown here", and may since have been applied
 *   there. An attempt that arrives late, out of some buffer, finds the fence;
 * - those it has done, and that left nothing to do: a removal of what was not there would remove what came since.
 *
 * They live as long as the process, like the requests that could arrive late. Bounded; the oldest go first.
 */
import type { Fill } from "./bounds.js";

const FENCES_MAX = 100_000;
/** The oldest go many at a time: to find them costs a step over each that went before. */
const DROPPED_AT_ONCE = 5_000;

export class RequestFences {
  readonly #fenced = new Map<string, "promised" | "done">();

  get fill(): Fill {
    return { size: this.#fenced.size, max: FENCES_MAX };
  }

  /** Promises not to apply it. One that was done stays so. */
  promise(requestId: string): void {
    if (!this.#fenced.has(requestId)) this.#add(requestId, "promised");
  }

  /** It was done here, and left nothing to do. */
  done(requestId: string): void {
    this.#add(requestId, "done");
  }

  of(requestId: string): "promised" | "done" | undefined {
    return this.#fenced.get(requestId);
  }

  #add(requestId: string, why: "promised" | "done"): void {
    this.#fenced.set(requestId, why);
    if (this.#fenced.size <= FENCES_MAX) return;
    let left = DROPPED_AT_ONCE;
    for (const oldest of this.#fenced.keys()) {
      if (left-- === 0) break;
      this.#fenced.delete(oldest);
    }
  }
}
