// A vitest reporter beside the others: names the files that are at work for long, so that a run that never ends says
// where. A test's own time limit cannot help when something keeps its process from looking at the clock.
import { relative } from "node:path";

const LONG_MS = 5 * 60_000;
const EVERY_MS = 60_000;

export default class SlowFiles {
  /** @type {Map<string, number>} files to when they began */
  #running = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  onTestRunStart() {
    this.#timer = setInterval(() => this.#tell(), EVERY_MS);
    this.#timer.unref();
  }

  /** @param {import("vitest/node").TestModule} module */
  onTestModuleStart({ moduleId }) {
    this.#running.set(moduleId, performance.now());
  }

  /** @param {import("vitest/node").TestModule} module */
  onTestModuleEnd({ moduleId }) {
    this.#running.delete(moduleId);
  }

  onTestRunEnd() {
    clearInterval(this.#timer);
  }

  #tell() {
    for (const [file, startMs] of this.#running) {
      const seconds = Math.round((performance.now() - startMs) / 1000);
      if (seconds * 1000 > LONG_MS)
        console.log(`\nstill at work after ${seconds} s: ${relative(process.cwd(), file)}`);
    }
  }
}
