/** One node object from its start to its end, with what it was built on. */
import type { NodeApi, NodeEnd } from "../node/index.js";
import { endsWithin, Signal } from "./signal.js";

/** A node that is not started yet. */
export interface BuiltNode {
  readonly node: NodeApi;
  /** Releases what may outlive the node's own stop: ports, open files. Called once, after it; never rejects. */
  release(): Promise<void>;
}

/** Builds a node that is not started yet; resolves when its peer port listens. */
export type BuildNode = (minimumIncarnation: number, onEnd: (end: NodeEnd) => void) => Promise<BuiltNode>;

type Opening =
  | { readonly kind: "open"; readonly life: NodeLife }
  /** It ended by itself before it had started. */
  | { readonly kind: "ended"; readonly end: NodeEnd }
  | { readonly kind: "failed"; readonly error: Error };

/** A node that does not stop in this time is abandoned. */
const STOP_LIMIT_MS = 10_000;

export class NodeLife {
  readonly node: NodeApi;
  readonly ended: Signal<NodeEnd>;
  readonly #startedAt = performance.now();
  readonly #built: BuiltNode;

  private constructor(built: BuiltNode, ended: Signal<NodeEnd>) {
    this.node = built.node;
    this.ended = ended;
    this.#built = built;
  }

  get ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Builds and starts a node. Never rejects; unless it is open, nothing of it is left. */
  static async open(build: BuildNode, minimumIncarnation: number): Promise<Opening> {
    const ended = new Signal<NodeEnd>();
    let life: NodeLife | undefined;
    try {
      life = new NodeLife(await build(minimumIncarnation, (end) => ended.fire(end)), ended);
      const end = await Promise.race([started(life.node), ended.fired]);
      if (end === undefined) return { kind: "open", life };
      await life.close();
      return { kind: "ended", end };
    } catch (error) {
      await life?.close();
      return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /** Stops the node and releases what it stood on; false when it did not stop in time. Never rejects. */
  async close(): Promise<boolean> {
    const isStopped = await endsWithin(STOP_LIMIT_MS, new Promise<void>((done) => this.node.stop(done)));
    await this.#built.release();
    return isStopped;
  }
}

/** Resolves with undefined once the node takes requests. */
function started(node: NodeApi): Promise<undefined> {
  return new Promise((resolve, reject) => {
    node.start((error) => {
      if (error === undefined) resolve(undefined);
      else reject(error);
    });
  });
}
