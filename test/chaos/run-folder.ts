/** Where a chaos run keeps what it makes: gone afterwards, or kept with all that an investigation needs. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LOGS = ["node.log", "output.log"];

export class RunFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "atoll-chaos-"));

  get history(): string {
    return join(this.path, "history.jsonl");
  }

  get cluster(): string {
    return join(this.path, "cluster");
  }

  /** Copies what the nodes logged out of the cluster's folder, which goes with the cluster. */
  keepLogs(nodeIds: readonly string[]): void {
    for (const id of nodeIds) {
      const target = join(this.path, "logs", id);
      mkdirSync(target, { recursive: true });
      for (const log of LOGS) {
        const source = join(this.cluster, id, log);
        if (existsSync(source)) cpSync(source, join(target, log));
      }
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
