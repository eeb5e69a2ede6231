/**
 * Reads a proto file into its generated type. The protos are shipped as they are and read at start, so that there is
 * one description of the wire: what a user's own client is generated from is what the server speaks.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** How messages look in memory. The generated types hold for these options only: `.ci/generate.mjs` has the same. */
const MESSAGE_SHAPE = { longs: String, enums: String, defaults: true, oneofs: true } as const;

const includeDirs = [protoFolder()];

/**
 * The client constructors of one proto file, as `Loaded` (its generated `ProtoGrpcType`) describes them.
 * @param file below the proto folder, like `atoll/kv/v1/kv.proto`
 */
export function loadProto<Loaded>(file: string): Loaded {
  const loaded: unknown = loadPackageDefinition(loadSync(file, { ...MESSAGE_SHAPE, includeDirs }));
  // The types were generated from the same file, which CI checks: TypeScript cannot read protos itself.
  return loaded as Loaded;
}

/** The package's proto folder: two levels up from the sources, three from what the compiler puts into dist. */
function protoFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "proto");
    if (existsSync(join(candidate, "atoll"))) return candidate;
  }
  throw new Error(`no folder proto/atoll in ${start} or above: the package is incomplete, install it again`);
}
