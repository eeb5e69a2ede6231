/** Where a run took place: what a reader needs to know to compare it, and nothing that names the machine. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

interface Environment {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryMib: number;
    readonly system: string;
  };
  readonly versions: { readonly atoll: string; readonly node: string; readonly grpcJs: string };
  /** Null where this is not a checkout; ends in `+` where something is not committed. */
  readonly commit: string | null;
}

const MIB = 2 ** 20;
const COMMIT_CHARACTERS = 12;

export function environment(): Environment {
  const root = packageRoot();
  return {
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryMib: Math.round(totalmem() / MIB),
      system: `${platform()} ${release()} ${arch()}`,
    },
    versions: {
      atoll: versionOf(join(root, "package.json")),
      node: process.versions.node,
      grpcJs: versionOf(createRequire(import.meta.url).resolve("@grpc/grpc-js/package.json")),
    },
    commit: commitOf(root),
  };
}

/** The folder of package.json, from sources and from what was compiled of them alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder)
      throw new Error("package.json is missing: the package is incomplete, install it again");
    folder = above;
  }
  return folder;
}

function versionOf(manifest: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, "utf8"))).version;
}

function commitOf(root: string): string | null {
  if (!existsSync(join(root, ".git"))) return null;
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const isClean = git("status", "--porcelain", "--untracked-files=no") === "";
    return git("rev-parse", "HEAD").slice(0, COMMIT_CHARACTERS) + (isClean ? "" : "+");
  } catch {
    return null;
  }
}
