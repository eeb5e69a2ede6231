/** One client of a chaos run: it does one kind of work, one call after the other. */
import type { AtollClient, PutResult } from "../../../src/client/index.js";
import type { SeededRandom } from "../../../src/runtime/simulated/index.js";
import type { Recorder } from "../history/recorder.js";

export interface Worker {
  /** Unique in the run. */
  readonly name: string;
  readonly db: AtollClient;
  readonly random: SeededRandom;
  readonly recorder: Recorder;
  /** The region whose log a write to a register went into. */
  readonly mintedIn: (bucket: string, key: string, put: PutResult) => string | undefined;
}

/** The next call or two of a worker. Resolves to false when the cluster could not serve it. Never rejects. */
export type Step = () => Promise<boolean>;
