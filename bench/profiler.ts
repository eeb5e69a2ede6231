/** Samples where this process spends its time, from one call to the next. */
import { Session } from "node:inspector/promises";
import type { CpuProfile } from "./cpu-profile.js";

/** What a node writes beside its settings. */
export const PROFILE_FILE = "node.cpuprofile";
const SAMPLE_US = 250;

export class Profiler {
  readonly #session = new Session();

  static async start(): Promise<Profiler> {
    const profiler = new Profiler();
    profiler.#session.connect();
    await profiler.#session.post("Profiler.enable");
    await profiler.#session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
    await profiler.#session.post("Profiler.start");
    return profiler;
  }

  async stop(): Promise<CpuProfile> {
    const { profile } = await this.#session.post("Profiler.stop");
    this.#session.disconnect();
    const { nodes, samples = [], timeDeltas = [] } = profile;
    return { nodes, samples, timeDeltas };
  }
}
