/** Plans in files: what a sweep found and the shrinker made small, kept to be replayed for ever. */
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { LEVELS, type Plan } from "../simulator/index.js";
import { failed, misused } from "./failure.js";

const index = z.number().int().min(0);
const ms = z.number().min(0);

const CALL = {
  atMs: ms,
  client: index,
  key: index,
  node: index,
  level: z.enum(LEVELS),
  timeoutMs: ms,
  isSloppy: z.boolean().default(false),
  retries: z.array(z.strictObject({ afterMs: ms, node: index })),
  lingersMs: ms.default(0),
  isOfSession: z.boolean().default(false),
};

const OPERATION = z.strictObject({
  kind: z.enum(["put", "delete", "get"]),
  ...CALL,
  usesContext: z.boolean(),
  readsAgainAt: z.array(index).default([]),
});

const UPDATE = z.strictObject({
  kind: z.literal("update"),
  ...CALL,
  deed: z.enum(["add", "remove", "clear"]),
  element: index,
});

const LOOK = z.strictObject({ kind: z.literal("look"), ...CALL, element: index, isWhole: z.boolean() });

const LASTING = z.strictObject({ kind: z.literal("lasting"), ...CALL, ttlMs: ms });

const GLANCE = z.strictObject({ kind: z.literal("glance"), ...CALL });

const LISTED_WRITE = z.strictObject({ kind: z.enum(["enter", "leave"]), ...CALL });

const SCAN = z.strictObject({
  kind: z.literal("scan"),
  ...CALL,
  type: z.enum(["register", "set"]),
  isTagged: z.boolean(),
  isReverse: z.boolean(),
  pageSize: z.number().int().min(1),
  pagesAVisit: z.number().int().min(1),
  nodes: z.array(index),
  pauseMs: ms,
});

const WATCH = z.strictObject({
  kind: z.literal("watch"),
  ...CALL,
  isTagged: z.boolean(),
  nodes: z.array(index),
  stays: z.array(z.strictObject({ forMs: ms, restMs: ms })),
  pauseMs: ms,
});

const BATCH = z.strictObject({ kind: z.literal("batch"), ...CALL, paddingBytes: index });

const PEEK = z.strictObject({ kind: z.literal("peek"), ...CALL });

const COMPOUND = z.strictObject({
  type: z.enum(["counter", "flag", "set", "map"]),
  isStrict: z.boolean(),
  isCleared: z.boolean(),
});

const FAULT = z.strictObject({
  kind: z.literal("fault"),
  fault: z.string(),
  atMs: ms,
  node: index,
  peer: index,
  forMs: ms,
  amount: z.number().min(0).max(1),
});

const PLAN = z.strictObject({
  seed: z.number().int(),
  nodesPerRegion: z.number().int().min(1).max(5),
  replicasPerRegion: z.number().int().min(1).default(3),
  partitions: z.number().int().min(1),
  keys: z.array(z.strictObject({ type: z.enum(["register", "multi"]), isStrict: z.boolean() })).min(1),
  compounds: z.array(COMPOUND).default([]),
  settings: z.strictObject({
    fsync: z.enum(["always", "interval", "never"]),
    maxSiblings: z.number().int().min(1),
    rowCacheBytes: index,
    requestIdWindowMs: ms,
    maxHintWindowMs: ms,
    hintBudgetBytes: index,
    catchUpPageBytes: index,
    catchUpBytesPerSecond: index.default(2 ** 26),
    auditIntervalMs: index.default(10_000),
  }),
  clockOffsetsMs: z.array(z.number()),
  victim: index,
  swarm: z.array(z.string()),
  actions: z.array(
    z.union([OPERATION, UPDATE, LOOK, LASTING, GLANCE, LISTED_WRITE, SCAN, WATCH, BATCH, PEEK, FAULT]),
  ),
});

const FIXTURE = z.strictObject({
  /** Which promise it once broke. */
  invariant: z.string(),
  /** What was wrong, in a sentence. */
  message: z.string(),
  plan: PLAN,
});

export async function readFixture(path: string): Promise<Plan> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw misused(
      `cannot read the fixture ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = FIXTURE.safeParse(document);
  if (!parsed.success) throw misused(`${path} is not a fixture: ${z.prettifyError(parsed.error)}`);
  return parsed.data.plan;
}

export async function writeFixture(
  path: string,
  plan: Plan,
  violation: { readonly invariant: string; readonly message: string },
): Promise<void> {
  const { invariant, message } = violation;
  try {
    await writeFile(path, `${JSON.stringify({ invariant, message, plan }, undefined, 2)}\n`);
  } catch (error) {
    throw failed(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
