/** Faults at set times of a run, in the words of `atoll cluster`: `20s partition eu-west ap-south`, `30s heal`. */
import type { LocalCluster } from "../../cluster/index.js";

/** After a fault of these kinds the cluster is to become whole again. */
const HEALING = ["heal", "start", "resume"] as const;
/** How many names each verb takes. */
const NAMES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  partition: [1, 2],
  heal: [0, 2],
  kill: [1, 1],
  start: [1, 1],
  pause: [1, 1],
  resume: [1, 1],
};
const ONE_WAY = "--one-way";
const MS_PER_SECOND = 1_000;

export interface Fault {
  /** From the beginning of the measured run. */
  readonly atMs: number;
  /** As it was written, without the time. */
  readonly text: string;
  readonly isHealing: boolean;
  readonly verb: string;
  readonly names: readonly string[];
  readonly isOneWay: boolean;
}

/** @returns what is wrong with it, as text, where something is */
export function parseFault(text: string): Fault | string {
  const [time = "", verb = "", ...rest] = text.trim().split(/\s+/);
  const seconds = /^(\d{1,5}(?:\.\d+)?)s$/.exec(time)?.[1];
  if (seconds === undefined) return `begin with a time in seconds, as in "20s partition eu-west ap-south"`;
  const range = Object.hasOwn(NAMES, verb) ? NAMES[verb] : undefined;
  if (range === undefined) return `use one of ${Object.keys(NAMES).join(", ")} after the time`;
  const names = rest.filter((word) => word !== ONE_WAY);
  const isOneWay = names.length < rest.length;
  const [min, max] = range;
  if (names.length < min || names.length > max)
    return `${verb} takes ${min === max ? "one name" : `${min} to ${max} names`} of nodes or regions`;
  if (isOneWay && verb !== "partition") return `${ONE_WAY} goes with partition alone`;
  return {
    atMs: Number(seconds) * MS_PER_SECOND,
    text: [verb, ...rest].join(" "),
    isHealing: HEALING.some((healing) => healing === verb),
    verb,
    names,
    isOneWay,
  };
}

/** What is needed of a cluster. */
export type FaultyCluster = Pick<LocalCluster, "partition" | "heal" | "kill" | "start" | "pause" | "resume">;

/** Rejects with `ClusterError`. */
export async function inject(cluster: FaultyCluster, { isOneWay, names, verb }: Fault): Promise<void> {
  const [first, second] = names;
  if (verb === "heal") return await cluster.heal(first, second);
  if (first === undefined) throw new Error(`${verb} needs a name`);
  switch (verb) {
    case "partition":
      return await cluster.partition(first, second, { oneWay: isOneWay });
    case "kill":
      return await cluster.kill(first);
    case "start":
      return await cluster.start(first);
    case "pause":
      return await cluster.pause(first);
    case "resume":
      return await cluster.resume(first);
    default:
      throw new Error(`there is no fault ${verb}`);
  }
}
