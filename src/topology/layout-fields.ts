/**
 * The single fields of layouts: what each may hold, and the message for what it may not. Values are read as unknown,
 * because layouts come from files, from peers and from callers without types.
 */
import { MEMBER_NUMBER_MAX } from "../causality/index.js";
import type { Member, RemovedMember } from "./layout.js";
import { LayoutError } from "./layout-error.js";

const MAX_PARTITION_COUNT = 65_536;
const MAX_REPLICAS_PER_REGION = 16;
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const ADDRESS = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})$/;
const SHOWN_CHARACTERS = 60;

/** The fields of a JSON object, all of which must be among `known`. */
export function readFields(
  value: unknown,
  path: string,
  known: readonly string[],
): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(path, "must be an object", value);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const name of fields.keys()) {
    if (!known.includes(name)) throw new LayoutError(`${path} has the unknown field ${show(name)}`);
  }
  return fields;
}

export function readList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(path, "must be a list", value);
  return value;
}

export function readInteger(value: unknown, path: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw refusal(path, `must be a whole number from ${least} to ${most}`, value);
  }
  return value;
}

export function readPartitionCount(value: unknown): number {
  const count = readInteger(value, "partitionCount", 1, MAX_PARTITION_COUNT);
  if ((count & (count - 1)) !== 0) throw refusal("partitionCount", "must be a power of two", value);
  return count;
}

export function readReplicasPerRegion(value: unknown): number {
  return readInteger(value, "replicasPerRegion", 1, MAX_REPLICAS_PER_REGION);
}

/** A cluster id, node id, region or zone. */
export function readId(value: unknown, path: string): string {
  return readText(value, path, ID, 'must be 1 to 63 of a-z, 0-9 and "-", and not start with "-"');
}

const MEMBER_FIELDS: readonly (keyof Member)[] = [
  "number",
  "nodeId",
  "region",
  "zone",
  "host",
  "clientAddress",
  "peerAddress",
  "adminAddress",
];

/** One member by itself; `checkMembers` compares it with the others. */
export function readMember(value: unknown, path: string): Member {
  const fields = readFields(value, path, MEMBER_FIELDS);
  return {
    number: readInteger(fields.get("number"), `${path}.number`, 1, MEMBER_NUMBER_MAX),
    nodeId: readId(fields.get("nodeId"), `${path}.nodeId`),
    region: readId(fields.get("region"), `${path}.region`),
    zone: readId(fields.get("zone"), `${path}.zone`),
    host: readText(
      fields.get("host"),
      `${path}.host`,
      HOST,
      "must be a host name: letters, digits, dots, - and _",
    ),
    clientAddress: readAddress(fields.get("clientAddress"), `${path}.clientAddress`),
    peerAddress: readAddress(fields.get("peerAddress"), `${path}.peerAddress`),
    adminAddress: readAddress(fields.get("adminAddress"), `${path}.adminAddress`),
  };
}

const REMOVED_FIELDS: readonly (keyof RemovedMember)[] = ["number", "nodeId", "layoutVersion"];

export function readRemovedMember(value: unknown, path: string): RemovedMember {
  const fields = readFields(value, path, REMOVED_FIELDS);
  return {
    number: readInteger(fields.get("number"), `${path}.number`, 1, MEMBER_NUMBER_MAX),
    nodeId: readId(fields.get("nodeId"), `${path}.nodeId`),
    layoutVersion: readInteger(
      fields.get("layoutVersion"),
      `${path}.layoutVersion`,
      2,
      Number.MAX_SAFE_INTEGER,
    ),
  };
}

function readAddress(value: unknown, path: string): string {
  const rule = "must be host:port with a port from 1 to 65535";
  const address = readText(value, path, ADDRESS, rule);
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  if (port < 1 || port > 65_535) throw refusal(path, rule, value);
  return address;
}

function readText(value: unknown, path: string, pattern: RegExp, rule: string): string {
  if (typeof value !== "string" || !pattern.test(value)) throw refusal(path, rule, value);
  return value;
}

function refusal(path: string, rule: string, value: unknown): LayoutError {
  return new LayoutError(`${path} ${rule}; it is ${value === undefined ? "missing" : show(value)}`);
}

/** A short form of any value; objects are not written out, they may be endlessly deep. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
