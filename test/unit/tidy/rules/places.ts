/** Where a file stands in the house: which part it belongs to, and which of its files is the part's door. */

/**
 * The core's folders, in order: each imports only those before it. From `causality` on they are deterministic.
 */
export const CORE_FOLDERS = [
  "wire",
  "runtime",
  "causality",
  "crdt",
  "codec",
  "topology",
  "storage",
  "replica",
  "replication",
  "membership",
  "node",
] as const;

/** Built on virtual time, or on nothing: no call that reads the world. */
export const DETERMINISTIC_PARTS: readonly string[] = [
  ...CORE_FOLDERS.slice(2),
  "runtime/simulated",
  "simulator",
];

/** The SDK takes only what can be loaded without a server. */
const CLIENT_SAFE_PARTS = ["wire", "runtime", "causality", "crdt", "codec", "topology"];

/** For each part, the parts whose doors it may use. */
const USES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...CORE_FOLDERS.map((folder, at) => [folder, CORE_FOLDERS.slice(0, at)] as const),
  ["runtime/node", ["wire", "runtime"]],
  ["runtime/simulated", ["wire", "runtime"]],
  ["simulator", [...CORE_FOLDERS, "runtime/simulated"]],
  ["server", [...CORE_FOLDERS, "runtime/node"]],
  ["client", CLIENT_SAFE_PARTS],
  ["cli", [...CORE_FOLDERS, "runtime/node", "simulator", "server", "client", "cluster", "bench"]],
  ["cluster", ["client", "topology"]],
  ["bench", ["client", "codec", "topology", "cluster", "simulator"]],
  // Written as an application: the SDK comes from the package, and only the cluster to try it on from here.
  ["examples", ["cluster"]],
]);

/** Undefined for a part that nobody has drawn. */
export function partsUsedBy(part: string): readonly string[] | undefined {
  return USES.get(part);
}

/** `src/replica/apply.ts` is part `replica`; outside `src` the top folder is the part. */
export function partOf(path: string): string {
  const [top = "", folder = "", nested = ""] = path.split("/");
  if (top !== "src") return top;
  const isOwnRuntime = folder === "runtime" && (nested === "node" || nested === "simulated");
  return isOwnRuntime ? `${folder}/${nested}` : folder;
}

/** The one file of a part that other parts import. */
export function doorOf(part: string): string {
  return part === "cluster" || part === "bench" ? `${part}/index.ts` : `src/${part}/index.ts`;
}

export function isProductCode(path: string): boolean {
  return /^(src|cluster|bench)\/.*\.ts$/.test(path) && !isGenerated(path);
}

export function isGenerated(path: string): boolean {
  return path.startsWith("src/wire/generated/");
}

/** Read and copied by users, and part of neither the package nor its tests. */
export function isExample(path: string): boolean {
  return /^examples\/.*\.ts$/.test(path);
}

export function isTestCode(path: string): boolean {
  return path.startsWith("test/") && path.endsWith(".ts");
}
