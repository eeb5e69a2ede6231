/** What the options of `atoll bench run` mean to the load tool. */
import { InvalidArgumentError } from "commander";
import {
  type Distribution,
  DRIVERS,
  type Driver,
  type Fault,
  KEY_BYTES_MIN,
  Observation,
  parseFault,
  parseSizeRange,
  type Site,
  type SizeRange,
  unsupported,
  type WholeLoad,
  WORKLOADS,
  type Workload,
} from "../../bench/index.js";
import { ClusterError, LocalCluster } from "../../cluster/index.js";
import type { Consistency } from "../client/index.js";
import { type EndpointOptions, endpointsOf, tlsOf } from "./client-options.js";
import { failed, misused } from "./failure.js";

export interface RunFlags extends EndpointOptions {
  readonly workload: Workload;
  readonly driver: Driver;
  readonly data?: string;
  readonly bucket: string;
  readonly region?: readonly string[];
  readonly consistency?: Consistency;
  readonly writeConsistency?: Consistency;
  readonly records: number;
  readonly load: boolean;
  readonly seconds?: number;
  readonly operations?: number;
  readonly warmup: number;
  readonly concurrency: number;
  readonly rate?: number;
  readonly processes?: number;
  readonly keys?: Distribution;
  readonly valueSize: SizeRange;
  readonly keySize?: number;
  readonly seed: number;
  readonly report?: string;
  readonly at?: readonly Fault[];
}

const SECONDS_DEFAULT = 10;
const PROCESSES_MAX = 64;
/** What the servers take by default. */
const VALUE_BYTES_MAX = 2 ** 20;
const KEY_BYTES_MAX = 4_096;

export async function loadOf(flags: RunFlags): Promise<WholeLoad> {
  const { driver, workload } = flags;
  const lacking = unsupported(driver, workload);
  if (lacking.length > 0)
    throw misused(
      `the driver ${driver.name} has no ${lacking.join(", ")}: workload ${workload.name} needs it`,
    );
  if (flags.seconds !== undefined && flags.operations !== undefined)
    throw misused("--seconds and --operations exclude each other");
  const processes = flags.processes ?? flags.region?.length ?? 1;
  if (processes > PROCESSES_MAX) throw misused(`--processes is at most ${PROCESSES_MAX}`);
  if (processes < (flags.region?.length ?? 1))
    throw misused(`${flags.region?.length} regions need as many --processes: each client is in one`);
  if (flags.operations !== undefined && flags.operations < processes)
    throw misused("--operations has to be at least one for each process");
  return {
    driver: driver.name,
    workload: workload.name,
    target: {
      bucket: flags.bucket,
      timeoutMs: flags.timeout,
      readConsistency: flags.consistency,
      writeConsistency: flags.writeConsistency ?? flags.consistency,
      tls: await tlsOf(flags),
    },
    sites: sitesOf(flags),
    keys: flags.keys,
    records: flags.records,
    isLoading: flags.load,
    warmUpSeconds: flags.warmup,
    seconds: flags.operations === undefined ? (flags.seconds ?? SECONDS_DEFAULT) : undefined,
    operations: flags.operations,
    concurrency: flags.concurrency,
    perSecond: flags.rate,
    valueBytes: flags.valueSize,
    keyBytes: flags.keySize,
    seed: flags.seed,
    processes,
  };
}

/** What is watched beside the load: only AtollDB has regions, and only a local cluster can be broken. */
export async function observationOf(
  flags: RunFlags,
  { sites, target }: WholeLoad,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  const { at: faults = [], data, driver: chosen } = flags;
  if (faults.length > 0 && data === undefined)
    throw misused("--at injects faults into a local cluster: name its folder with --data");
  if (!chosen.name.startsWith("atoll")) return undefined;
  const probed = sites.flatMap(({ endpoints, region }) =>
    region === undefined ? [] : [{ endpoints, region }],
  );
  if (probed.length < 2 && data === undefined) return undefined;
  const { timeoutMs, tls } = target;
  const bucket = `${flags.bucket}-lag`;
  return await Observation.open(
    {
      probes: probed.length < 2 ? undefined : { sites: probed, bucket, timeoutMs, tls },
      cluster: data === undefined ? undefined : LocalCluster.open(data),
      faults,
    },
    signal,
  );
}

export function addFault(text: string, before: readonly Fault[] = []): Fault[] {
  const fault = parseFault(text);
  if (typeof fault === "string")
    throw new InvalidArgumentError(`${fault[0]?.toUpperCase()}${fault.slice(1)}.`);
  return [...before, fault];
}

function sitesOf(flags: RunFlags): Site[] {
  const regions = flags.region ?? [undefined];
  if (!flags.driver.name.startsWith("atoll") && flags.driver.name !== "null" && flags.endpoint === undefined)
    throw misused(`the driver ${flags.driver.name} needs --endpoint: there is no default for another store`);
  if (flags.data === undefined) {
    const endpoints = flags.driver.name === "null" ? [] : endpointsOf(flags);
    return regions.map((region) => ({ region, endpoints }));
  }
  if (flags.endpoint !== undefined) throw misused("--data and --endpoint exclude each other");
  try {
    const cluster = LocalCluster.open(flags.data);
    return regions.map((region) => ({ region, endpoints: cluster.endpoints(region) }));
  } catch (error) {
    if (error instanceof ClusterError) throw failed(error.message);
    throw error;
  }
}

export function workload(name: string): Workload {
  const known = WORKLOADS.find((one) => one.name === name.toLowerCase());
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Use one of ${WORKLOADS.map((one) => one.name).join(", ")}.`);
}

export function driver(name: string): Driver {
  const known = DRIVERS.find((one) => one.name === name);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Use one of ${DRIVERS.map((one) => one.name).join(", ")}.`);
}

export function valueBytes(text: string): SizeRange {
  const range = parseSizeRange(text, VALUE_BYTES_MAX);
  if (range !== undefined) return range;
  throw new InvalidArgumentError(
    `Use bytes from 1 to ${VALUE_BYTES_MAX}, as in 1000, 100..2000 or zipfian:100..2000.`,
  );
}

export function keyBytes(text: string): number {
  const bytes = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (bytes >= KEY_BYTES_MIN && bytes <= KEY_BYTES_MAX) return bytes;
  throw new InvalidArgumentError(`Use bytes from ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX}.`);
}

/** From 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number from 1.");
}

export function seed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number.");
}

export function positive(text: string): number {
  const number = Number(text);
  if (/^\d{1,7}(\.\d+)?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError("It has to be a positive number.");
}

export function fromZero(text: string): number {
  if (/^\d{1,5}(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a number from 0.");
}

export function addRegions(list: string, before: readonly string[] = []): string[] {
  return [...before, ...list.split(",").map((region) => region.trim())];
}
