/** The version of this package, as its package.json says: the same in sources and in what was compiled of them. */
import { createRequire } from "node:module";
import { z } from "zod";

const manifest: unknown = createRequire(import.meta.url)("atolldb/package.json");

export const PACKAGE_VERSION = z.object({ version: z.string() }).parse(manifest).version;
