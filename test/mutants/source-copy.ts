/** A copy of the sources in a folder of its own, in which something may be changed. */
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
const WORKER = "test/mutants/sweep-worker.ts";

export class SourceCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<SourceCopy> {
    const copy = new SourceCopy(await mkdtemp(join(tmpdir(), "atoll-mutant-")));
    await mkdir(join(copy.folder, "test/mutants"), { recursive: true });
    for (const path of ["src", "package.json", WORKER])
      await cp(join(ROOT, path), join(copy.folder, path), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(copy.folder, "node_modules"));
    return copy;
  }

  get worker(): string {
    return join(this.folder, WORKER);
  }

  async write(files: ReadonlyMap<string, string>): Promise<void> {
    for (const [path, text] of files) await writeFile(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
