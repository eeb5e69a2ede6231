/**
 * What an operator may write, wherever it is written: file, environment or flags. Every key is optional here and an
 * unknown one is an error, so that one layer is judged by itself and its mistakes are told in its own terms; defaults
 * and contradictions come later, over all layers (`config.ts`).
 */
import { z } from "zod";
import { MEMBER_NUMBER_MAX } from "../causality/index.js";
import { parseHostPort } from "./addresses.js";

/** As layouts have them: see `topology/`. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
/** As requests name them: see `address-decoding.ts`. */
const BUCKET = /^[A-Za-z0-9._-]{1,64}$/;
const HIGHEST_TIMER_MS = 2 ** 31 - 1;
/** Retries come that late, after a client lost its network for a while. */
const LEAST_REQUEST_ID_WINDOW_MS = 300_000;

/** A month; who is away for longer has less to wait for from a full sync. */
const LONGEST_HINT_WINDOW_MS = 31 * 24 * 3_600_000;
const HIGHEST_HINT_BUDGET_MB = 2 ** 20;
/** Where each copy is, is kept in memory. */
const HIGHEST_FALLBACK_MB = 1_024;
const HIGHEST_CATCH_UP_MB_PER_SECOND = 100_000;
/** 142,000 years: as much as a write may ask for. */
const LONGEST_TTL_MS = 2 ** 52;
const HIGHEST_CONFLICT_LOG_RECORDS = 1_000_000;
const HIGHEST_CONFLICT_LOG_MB = 1_024;

const id = z.string().regex(ID, "must be 1 to 63 of a-z 0-9 - and start with a letter or digit");
const host = z.string().regex(HOST, "must be a host name: letters, digits, dots, _ and -");
const path = z.string().min(1, "must not be empty");
const address = z
  .string()
  .refine(
    (text) => parseHostPort(text) !== undefined,
    "must be host:port, as in 127.0.0.1:7400 or [::1]:7400",
  );
const dialled = address.refine(
  (text) => parseHostPort(text)?.port !== 0,
  "must name the port: 0 cannot be dialled",
);

function whole(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.number().int(message).min(least, message).max(most, message);
}

const memberSchema = z.strictObject({
  number: whole(1, MEMBER_NUMBER_MAX),
  id,
  region: id,
  zone: id,
  host,
  client: dialled,
  peer: dialled,
  admin: dialled,
});

const clusterSchema = z.strictObject({
  id: id.optional(),
  partitions: whole(1, 65_536)
    .refine((count) => Number.isInteger(Math.log2(count)), "must be a power of two")
    .optional(),
  replicas: whole(1, 16).optional(),
  members: z.array(memberSchema).min(1, "must not be empty").max(1_000).optional(),
});

const limitsSchema = z.strictObject({
  key_bytes: whole(1, 65_535).optional(),
  value_bytes: whole(1, 64 * 2 ** 20).optional(),
  message_bytes: whole(1_024, 128 * 2 ** 20).optional(),
  batch_items: whole(1, 100_000).optional(),
  operations_in_flight: whole(1, 1_000_000).optional(),
  watched_partitions: whole(1, 10_000_000).optional(),
  streams_per_connection: whole(1, 1_000_000).optional(),
  siblings: whole(1, 10_000).optional(),
  max_timeout_ms: whole(1, 3_600_000).optional(),
  default_timeout_ms: whole(1, 3_600_000).optional(),
});

const bucketSchema = z.strictObject({
  default_ttl_ms: whole(1, LONGEST_TTL_MS).optional(),
  conflict_log: z.boolean().optional(),
});

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const FSYNC_POLICIES = ["always", "interval", "never"] as const;

export const settingsSchema = z.strictObject({
  node: id.optional(),
  region: id.optional(),
  zone: id.optional(),
  host: host.optional(),
  data: path.optional(),
  listen: z
    .strictObject({ client: address.optional(), peer: address.optional(), admin: address.optional() })
    .optional(),
  cluster: clusterSchema.optional(),
  peer_addresses: z.record(id, dialled).optional(),
  fsync: z.enum(FSYNC_POLICIES).optional(),
  fsync_interval_ms: whole(1, HIGHEST_TIMER_MS).optional(),
  max_clock_drift_ms: whole(1, HIGHEST_TIMER_MS).optional(),
  request_id_window_ms: whole(LEAST_REQUEST_ID_WINDOW_MS, HIGHEST_TIMER_MS).optional(),
  max_hint_window_ms: whole(0, LONGEST_HINT_WINDOW_MS).optional(),
  hint_budget_mb: whole(1, HIGHEST_HINT_BUDGET_MB).optional(),
  fallback_max_mb: whole(0, HIGHEST_FALLBACK_MB).optional(),
  catch_up_mb_per_second: whole(1, HIGHEST_CATCH_UP_MB_PER_SECOND).optional(),
  row_cache_mb: whole(0, 65_536).optional(),
  conflict_log_records: whole(1, HIGHEST_CONFLICT_LOG_RECORDS).optional(),
  conflict_log_mb: whole(1, HIGHEST_CONFLICT_LOG_MB).optional(),
  limits: limitsSchema.optional(),
  buckets: z
    .record(z.string().regex(BUCKET, "must be 1 to 64 of A-Z a-z 0-9 . _ -"), bucketSchema)
    .optional(),
  log: z.strictObject({ level: z.enum(LOG_LEVELS).optional(), file: path.optional() }).optional(),
  tls: z.strictObject({ cert: path, key: path, ca: path }).optional(),
  insecure: z.boolean().optional(),
  reflection: z.boolean().optional(),
});

/** One layer of settings, as written: every key optional, no defaults. */
export type Settings = z.infer<typeof settingsSchema>;
export type MemberSettings = z.infer<typeof memberSchema>;

/** The setting is a scalar that a text can give. */
interface ScalarSetting {
  readonly path: readonly string[];
  readonly kind: "text" | "number" | "boolean";
}

/** Every scalar of the schema: what the environment can set. Lists and maps are for the file. */
export function scalarSettings(): readonly ScalarSetting[] {
  return scalarsOf(settingsSchema, []);
}

function scalarsOf(schema: z.ZodObject, path: readonly string[]): ScalarSetting[] {
  return Object.entries(schema.shape).flatMap(([key, field]): ScalarSetting[] => {
    const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
    const at = [...path, key];
    if (inner instanceof z.ZodObject) return scalarsOf(inner, at);
    if (inner instanceof z.ZodNumber) return [{ path: at, kind: "number" }];
    if (inner instanceof z.ZodBoolean) return [{ path: at, kind: "boolean" }];
    if (inner instanceof z.ZodString || inner instanceof z.ZodEnum) return [{ path: at, kind: "text" }];
    return [];
  });
}

/** The keys that are known in the object at `path`; empty when there is no such object. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = settingsSchema;
  for (const step of path) {
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
    if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodObject) schema = schema.shape[String(step)];
  }
  if (schema instanceof z.ZodOptional) schema = schema.unwrap();
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
