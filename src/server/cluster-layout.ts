/**
 * The layout that a configuration describes. A node alone makes its cluster up: the id is drawn once and kept in the
 * data folder, since everything written there belongs to that cluster.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { createLayout, type Layout, LayoutError, type Member } from "../topology/index.js";
import { formatHostPort, isWildcard } from "./addresses.js";
import { ConfigError } from "./config-layers.js";
import type { ClusterConfig, ListenerName, ServerConfig } from "./server-config.js";

const ID_FILE = "cluster-id";

/** The id of this node's cluster: as configured, else as kept in the data folder, which it may create. */
export async function clusterIdOf(config: ServerConfig): Promise<string> {
  if (config.cluster.id !== undefined) return config.cluster.id;
  const file = join(config.dataFolder, ID_FILE);
  await createFolder(config.dataFolder);
  try {
    // Fails when the file is there: two processes that start at once agree on one id.
    const drawn = `cluster-${randomBytes(8).toString("hex")}`;
    await writeFile(file, `${drawn}\n`, { flag: "wx", flush: true });
    return drawn;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const kept = (await readFile(file, "utf8")).trim();
  if (kept !== "") return kept;
  throw new Error(
    `${file} is empty: write the id of the cluster that the data belongs to, or set cluster.id`,
  );
}

async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // What the system calls a file that exists is, for the reader, a folder that is none.
    const isFile = error instanceof Error && "code" in error && error.code === "EEXIST";
    const why = isFile ? "it is not a folder" : error instanceof Error ? error.message : String(error);
    throw new Error(`the data folder ${folder} cannot be used: ${why}`, { cause: error });
  }
}

/** Throws `ConfigError` when no layout can be made of it. */
export function layoutOf(
  config: ServerConfig,
  clusterId: string,
  ports: Readonly<Record<ListenerName, number>>,
): Layout {
  const { cluster } = config;
  const members = cluster.kind === "members" ? cluster.members : [soleMember(config, cluster, ports)];
  try {
    return createLayout({
      clusterId,
      partitionCount: cluster.partitions,
      replicasPerRegion: cluster.replicas,
      members,
    });
  } catch (error) {
    if (error instanceof LayoutError) throw new ConfigError([`cluster: ${error.message}`]);
    throw error;
  }
}

function soleMember(
  config: ServerConfig,
  { region, zone, host }: Extract<ClusterConfig, { kind: "single" }>,
  ports: Readonly<Record<ListenerName, number>>,
): Member {
  const announced = (name: ListenerName): string => {
    const listened = config.listen[name].host;
    // Nobody can dial "every interface": the machine's name is the best guess of what reaches it.
    return formatHostPort({ host: isWildcard(listened) ? hostname() : listened, port: ports[name] });
  };
  return {
    number: 1,
    nodeId: config.nodeId,
    region,
    zone,
    host,
    clientAddress: announced("client"),
    peerAddress: announced("peer"),
    adminAddress: announced("admin"),
  };
}
