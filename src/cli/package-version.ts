/** The version of this package, read without the libraries that the server checks its settings with. */
import { createRequire } from "node:module";

/** As package.json has it, in sources and in what was compiled of them. */
export function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)("atolldb/package.json");
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
    return String(manifest.version);
  }
  throw new Error("package.json names no version: the package is incomplete, install it again");
}
