/**
 * One line of a history file: a client that begins a call or hears what came of it, or a fault that begins or ends.
 * The fields are those that Jepsen's checkers know (`type`, `process`, `f`, `key`, `value`, `time`, `index`, `error`),
 * and what ours need besides.
 *
 *   invoke   the call begins
 *   ok       it did what `value` says
 *   fail     it certainly did nothing
 *   info     nobody knows: it may have happened, and may yet. The process is not heard of again; its worker goes on
 *            under another number
 */
import { z } from "zod";

const WORKLOADS = ["set", "multi", "register", "session"] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

const place = {
  /** Of the line in its file. */
  index: z.int(),
  /** Nanoseconds since the run began, by one monotonic clock. */
  time: z.int(),
};

const clientLine = z.strictObject({
  ...place,
  type: z.enum(["invoke", "ok", "fail", "info"]),
  process: z.int(),
  workload: z.enum(WORKLOADS),
  f: z.enum(["put", "get", "delete"]),
  key: z.string(),
  /** Of a put, what is written; of a get that is ok, what was read: null for nothing, a list for a multi. */
  value: z.union([z.string(), z.array(z.string()), z.null()]),
  /** The region that the client is at home in. */
  home: z.string(),
  /** Of a write: the values that the read had returned whose context it carries. */
  observed: z.array(z.string()).optional(),
  /** After the faults, when all must agree. */
  isFinal: z.literal(true).optional(),
  /** The stamp of what was written or read; decimal. */
  hlc: z.string().optional(),
  /** The region of the node that answered. */
  region: z.string().optional(),
  /** The region of the node that put the write into its log; another than `region` if the write was passed on. */
  minted: z.string().optional(),
  error: z.string().optional(),
});

const nemesisLine = z.strictObject({
  ...place,
  type: z.literal("info"),
  process: z.literal("nemesis"),
  /** `start-kill`, `stop-kill`, … */
  f: z.string(),
  value: z.string(),
  error: z.string().optional(),
});

export const historyLine = z.union([clientLine, nemesisLine]);
export type ClientLine = z.infer<typeof clientLine>;
export type HistoryLine = z.infer<typeof historyLine>;
