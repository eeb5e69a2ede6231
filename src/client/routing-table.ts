import { partitionOf } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { NodeHandle } from "./node-handle.js";

/** The nodes of one region, as one partition sees them. */
export interface RegionNodes {
  readonly region: string;
  /** Those that hold the partition, by the layout's preference. */
  readonly replicas: readonly NodeHandle[];
  /** The others, which forward. */
  readonly others: readonly NodeHandle[];
}

/** Where the requests for one partition can go. */
export interface Route {
  readonly partition: number;
  readonly home: RegionNodes;
  /** The other regions, in the order in which the layout first names them. */
  readonly away: readonly RegionNodes[];
}

/** Who holds what, from one version of the layout. Immutable: a newer layout makes a new table. */
export class RoutingTable {
  readonly version: bigint;
  /** The same, as the wire has it. */
  readonly versionText: string;
  readonly clusterId: string;
  readonly regions: readonly string[];
  readonly nodes: readonly NodeHandle[];
  readonly #layout: kv.Layout__Output;
  readonly #homeRegion: string;
  readonly #nodeByNumber: ReadonlyMap<number, NodeHandle>;
  /** By partition; made when first asked for. */
  readonly #routes: (Route | undefined)[];

  /** @throws AtollError INTERNAL when the layout contradicts itself, INVALID_ARGUMENT when it lacks the region. */
  constructor(
    layout: kv.Layout__Output,
    homeRegion: string,
    handleOf: (member: kv.Member__Output) => NodeHandle,
  ) {
    checkLayout(layout);
    this.version = BigInt(layout.version);
    this.versionText = layout.version;
    this.clusterId = layout.clusterId;
    this.regions = [...new Set(layout.members.map((member) => member.region))];
    if (!this.regions.includes(homeRegion)) {
      throw AtollError.invalid(
        "region",
        `the cluster has no region "${homeRegion}"; it has: ${this.regions.join(", ")}`,
      );
    }
    this.#layout = layout;
    this.#homeRegion = homeRegion;
    this.#nodeByNumber = new Map(layout.members.map((member) => [member.number, handleOf(member)]));
    this.nodes = [...this.#nodeByNumber.values()];
    this.#routes = new Array(layout.partitionCount);
  }

  routeOf(bucket: string, key: Uint8Array): Route {
    const partition = partitionOf(bucket, key, this.#layout.partitionCount);
    let route = this.#routes[partition];
    if (route === undefined) {
      route = this.#makeRoute(partition);
      this.#routes[partition] = route;
    }
    return route;
  }

  #makeRoute(partition: number): Route {
    const numbers = this.#layout.replicaSets[partition]?.members ?? [];
    const replicas = numbers.flatMap((number) => this.#nodeByNumber.get(number) ?? []);
    const held = new Set(replicas);
    const inRegion = (region: string): RegionNodes => ({
      region,
      replicas: replicas.filter((node) => node.region === region),
      others: this.nodes.filter((node) => node.region === region && !held.has(node)),
    });
    return {
      partition,
      home: inRegion(this.#homeRegion),
      away: this.regions.filter((region) => region !== this.#homeRegion).map(inRegion),
    };
  }
}

/** A layout comes from outside: what routing relies on is checked once. */
function checkLayout(layout: kv.Layout__Output): void {
  const { partitionCount, replicaSets, members } = layout;
  const numbers = new Set(members.map((member) => member.number));
  const fault =
    (partitionCount < 1 || (partitionCount & (partitionCount - 1)) !== 0
      ? `a partition count of ${partitionCount}, which is no power of two`
      : undefined) ??
    (replicaSets.length !== partitionCount
      ? `${replicaSets.length} replica sets for ${partitionCount} partitions`
      : undefined) ??
    (numbers.size !== members.length ? "two members with one number" : undefined) ??
    (replicaSets.some((set) => set.members.some((number) => !numbers.has(number)))
      ? "a replica set with an unknown member"
      : undefined);
  if (fault === undefined) return;
  throw new AtollError({
    code: "INTERNAL",
    reason: undefined,
    message: `the node sent a layout with ${fault}: it cannot be routed by`,
  });
}
