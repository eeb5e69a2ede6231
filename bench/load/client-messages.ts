/** What a client process and the one that started it say to each other. */
import { z } from "zod";
import { OPERATIONS } from "../workload/index.js";
import { Latencies } from "./latencies.js";
import type { Outcome } from "./load-client.js";
import { LoadPlan } from "./plan.js";
import type { SecondRecord } from "./recorder.js";

/** To the process. */
export const Order = z.discriminatedUnion("order", [
  z.object({ order: z.literal("connect"), plan: LoadPlan }),
  z.object({ order: z.literal("load") }),
  z.object({ order: z.literal("run"), atMs: z.number() }),
  /** End the run early. */
  z.object({ order: z.literal("abort") }),
]);

export type Order = z.infer<typeof Order>;

const Histogram = z.string().transform((text) => Latencies.decoded(text));

const OutcomeSent = z.object({
  elapsedMs: z.number(),
  cpuUsPerOperation: z.number(),
  unstarted: z.number(),
  writtenBytes: z.number(),
  operations: z.array(
    z.object({
      kind: z.enum(OPERATIONS),
      latencies: Histogram,
      errors: z.array(z.tuple([z.string(), z.number()])),
    }),
  ),
});

/** From the process. */
export const Notice = z.discriminatedUnion("notice", [
  z.object({ notice: z.literal("connected") }),
  z.object({
    notice: z.literal("second"),
    second: z.number(),
    errors: z.number(),
    latencies: Histogram,
  }),
  z.object({ notice: z.literal("done"), outcome: OutcomeSent }),
  z.object({ notice: z.literal("failed"), message: z.string(), code: z.string() }),
]);

export type Notice = z.infer<typeof Notice>;

/** As it is sent, with histograms as text. */
export type NoticeSent = z.input<typeof Notice>;

export function secondSent({ second, errors, latencies }: SecondRecord): NoticeSent {
  return { notice: "second", second, errors, latencies: latencies.encoded() };
}

export function doneSent({ operations, ...figures }: Outcome): NoticeSent {
  const sent = [...operations].map(([kind, { latencies, errors }]) => ({
    kind,
    latencies: latencies.encoded(),
    errors: [...errors],
  }));
  return { notice: "done", outcome: { ...figures, operations: sent } };
}

export function outcomeOf({ operations, ...figures }: z.output<typeof OutcomeSent>): Outcome {
  return {
    ...figures,
    operations: new Map(
      operations.map(({ kind, latencies, errors }) => [kind, { latencies, errors: new Map(errors) }]),
    ),
  };
}
