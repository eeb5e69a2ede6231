/**
 * How far apart the replicas of one partition must stay inside one region: on different hosts while hosts suffice,
 * then in different zones while zones suffice, and as evenly as possible where they do not. Losing a host or a zone
 * then costs as few replicas as the machines allow.
 *
 * The rule is a pair of bounds, fewest and most replicas of one partition, for each host and each zone. Hosts nest in
 * zones, so the bounds form a tree: any partial choice that passes `mayAdd` can be completed, and `settle` may reason
 * about exchanges one at a time (see there).
 */
import { groupBy } from "./group-by.js";
import type { Member } from "./layout.js";

/** A zone of one region. */
interface Zone {
  /** Replicas of one partition that must, and that may, be in it. */
  readonly fewest: number;
  readonly most: number;
  /** Hosts in it whose `fewest` is above zero. */
  readonly owed: readonly Host[];
}

/** A host of one region. */
interface Host {
  readonly zone: Zone;
  readonly fewest: number;
  readonly most: number;
}

/** A node of one region as placement sees it. */
export interface Seat {
  /** From 0, by ascending member number. */
  readonly index: number;
  readonly number: number;
  readonly host: Host;
}

/** The rule for one region: who is there, and who may hold a partition together. */
export class Spread {
  /** By ascending member number. */
  readonly seats: readonly Seat[];
  /** Replicas of each partition in this region. */
  readonly replicas: number;
  /** Zones whose `fewest` is above zero. */
  readonly #owed: readonly Zone[];

  /** @param members of one region, at least one; a host name stands in one zone only. */
  constructor(members: readonly Member[], replicasPerRegion: number) {
    this.replicas = Math.min(replicasPerRegion, members.length);
    const zones = boundedZones(members, this.replicas);
    this.#owed = zones.map(({ zone }) => zone).filter((zone) => zone.fewest > 0);
    const hosts = new Map(zones.flatMap((zone) => zone.hosts));
    const seats: Seat[] = [];
    for (const member of members.toSorted((a, b) => a.number - b.number)) {
      const host = hosts.get(member.host);
      if (host !== undefined) seats.push({ index: seats.length, number: member.number, host });
    }
    this.seats = seats;
  }

  /** Whether `holders` and `seat` together can be part of a full replica set that keeps every bound. */
  mayAdd(holders: readonly Seat[], seat: Seat): boolean {
    if (holders.length >= this.replicas || holders.includes(seat)) return false;
    const { host } = seat;
    if (onHost(holders, host) >= host.most || inZone(holders, host.zone) >= host.zone.most) return false;
    let owed = 0;
    for (const zone of this.#owed) {
      const present = inZone(holders, zone) + (host.zone === zone ? 1 : 0);
      let owedToHosts = 0;
      for (const each of zone.owed) {
        owedToHosts += Math.max(0, each.fewest - onHost(holders, each) - (host === each ? 1 : 0));
      }
      if (present + owedToHosts > zone.most) return false;
      owed += Math.max(owedToHosts, zone.fewest - present);
    }
    return owed < this.replicas - holders.length;
  }

  /** Whether a full set that keeps every bound still does with `to`, which is not in it, in place of `from`. */
  mayExchange(holders: readonly Seat[], from: Seat, to: Seat): boolean {
    if (from.host === to.host) return true;
    if (onHost(holders, to.host) >= to.host.most || onHost(holders, from.host) <= from.host.fewest)
      return false;
    const source = from.host.zone;
    const target = to.host.zone;
    if (source === target) return true;
    return inZone(holders, target) < target.most && inZone(holders, source) > source.fewest;
  }
}

function onHost(holders: readonly Seat[], host: Host): number {
  let count = 0;
  for (const holder of holders) if (holder.host === host) count++;
  return count;
}

function inZone(holders: readonly Seat[], zone: Zone): number {
  let count = 0;
  for (const holder of holders) if (holder.host.zone === zone) count++;
  return count;
}

interface BoundedZone {
  readonly zone: Zone;
  readonly hosts: readonly (readonly [name: string, host: Host])[];
}

function boundedZones(members: readonly Member[], replicas: number): BoundedZone[] {
  const hosts = [...groupBy(members, (member) => member.host).values()];
  const hostLevel = evenLevel(
    hosts.map((nodes) => ({ least: 0, most: nodes.length })),
    replicas,
  );
  const zones = [...groupBy(members, (member) => member.zone).values()].map((nodes) => {
    const sizes = [...groupBy(nodes, (member) => member.host)].map(([name, { length }]) => ({
      name,
      fewest: Math.min(length, hostLevel - 1),
      most: Math.min(length, hostLevel),
    }));
    return { sizes, least: sum(sizes, (size) => size.fewest), most: sum(sizes, (size) => size.most) };
  });
  const zoneLevel = evenLevel(zones, replicas);
  return zones.map(({ sizes, least, most }) => {
    const owed: Host[] = [];
    const zone = { fewest: clamp(zoneLevel - 1, least, most), most: clamp(zoneLevel, least, most), owed };
    const bounded = sizes.map((size) => [size.name, { zone, fewest: size.fewest, most: size.most }] as const);
    for (const [, host] of bounded) if (host.fewest > 0) owed.push(host);
    return { zone, hosts: bounded };
  });
}

/** The lowest level, from 1, at which the parts, each filled up to it within its own limits, hold `replicas`. */
function evenLevel(
  parts: readonly { readonly least: number; readonly most: number }[],
  replicas: number,
): number {
  let level = 1;
  while (level < replicas && sum(parts, (part) => clamp(level, part.least, part.most)) < replicas) level++;
  return level;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}
