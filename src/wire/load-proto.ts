/**
 * Makes a proto's descriptor into its generated type. The descriptors are generated from the protos as the types are,
 * so that there is one description of the wire: what a user's own client is generated from is what the server speaks.
 */
import { loadPackageDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

/** How messages look in memory. The generated types hold for these options only: `.ci/generate.mjs` has the same. */
const MESSAGE_SHAPE = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/**
 * The client constructors of one proto, as `Loaded` (its generated `ProtoGrpcType`) describes them.
 * @param descriptor the generated one of the same proto
 */
export function loadProto<Loaded>(descriptor: string): Loaded {
  const loaded: unknown = loadPackageDefinition(fromJSON(JSON.parse(descriptor), MESSAGE_SHAPE));
  // Both were generated from the same file, which CI checks: TypeScript cannot derive one from the other.
  return loaded as Loaded;
}
