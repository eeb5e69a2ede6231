/**
 * Request ids that this replica promised never to apply: a retry elsewhere asked for them, was told "unknown here", and
 * may since have been applied there. An attempt that arrives late, out of some buffer, finds the fence (rule 17).
 *
 * Fences live as long as the process, like the requests that could arrive late. Bounded; the oldest go first.
 */
import type { Fill } from "./bounds.js";

const FENCES_MAX = 100_000;

export class RequestFences {
  readonly #fenced = new Set<string>();

  get fill(): Fill {
    return { size: this.#fenced.size, max: FENCES_MAX };
  }

  add(requestId: string): void {
    this.#fenced.add(requestId);
    if (this.#fenced.size <= FENCES_MAX) return;
    for (const oldest of this.#fenced) {
      this.#fenced.delete(oldest);
      break;
    }
  }

  has(requestId: string): boolean {
    return this.#fenced.has(requestId);
  }
}
