/** The settings that a server runs with: complete, checked, in the server's own units. */
import type { FsyncPolicy } from "../node/index.js";
import type { ConflictLogSettings } from "../replica/index.js";
import type { Member } from "../topology/index.js";
import type { HostPort } from "./addresses.js";
import type { LOG_LEVELS } from "./config-schema.js";
import type { Limits } from "./limits.js";

export type ListenerName = "client" | "peer" | "admin";
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The cluster that a node belongs to. */
export type ClusterConfig =
  | {
      readonly kind: "members";
      readonly id: string;
      readonly partitions: number;
      /** Copies of each partition in each region. */
      readonly replicas: number;
      readonly members: readonly Member[];
    }
  | {
      /** This node alone. Without an id, one is made at the first start and kept in the data folder. */
      readonly kind: "single";
      readonly id: string | undefined;
      readonly partitions: number;
      readonly replicas: number;
      readonly region: string;
      readonly zone: string;
      readonly host: string;
    };

export interface TlsConfig {
  /** PEM files. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface ServerConfig {
  readonly nodeId: string;
  readonly dataFolder: string;
  readonly listen: Readonly<Record<ListenerName, HostPort>>;
  readonly cluster: ClusterConfig;
  /** Node id to the host:port at which to dial that member instead of its own. */
  readonly peerAddresses: Readonly<Record<string, string>>;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly maxClockDriftMs: number;
  /** By bucket. */
  readonly defaultTtlsMs: ReadonlyMap<string, number>;
  readonly requestIdWindowMs: number;
  readonly maxHintWindowMs: number;
  readonly hintBudgetBytes: number;
  readonly fallbackBytesMax: number;
  readonly catchUpBytesPerSecond: number;
  readonly rowCacheBytes: number;
  readonly conflictLog: ConflictLogSettings;
  readonly limits: Limits;
  readonly log: { readonly level: LogLevel; readonly file: string | undefined };
  /** Mutual between peers; of the server alone towards clients and on the admin port. */
  readonly tls: TlsConfig | undefined;
  readonly reflection: boolean;
}
