/**
 * A client in a process of its own: one JavaScript thread makes only so many requests a second. Does what its parent
 * orders, one thing after the other, and ends with it.
 */

import { reasonOf } from "../drivers/index.js";
import { doneSent, type NoticeSent, Order, secondSent } from "./client-messages.js";
import { LocalClient, type Outcome } from "./load-client.js";

const aborting = new AbortController();
let client: LocalClient | undefined;

process.on("message", (message) => {
  const order = Order.parse(message);
  if (order.order === "abort") aborting.abort();
  else carryOut(order).then(tell, (thrown: unknown) => tell(failureOf(thrown)));
});
// The parent is done with this client, or gone.
process.once("disconnect", () => {
  void (client?.close() ?? Promise.resolve()).catch(() => {}).finally(() => process.exit());
});
// A terminal sends them to the parent too, which says when to end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});

async function carryOut(order: Exclude<Order, { order: "abort" }>): Promise<NoticeSent> {
  if (order.order === "connect") {
    client = await LocalClient.connect(order.plan, aborting.signal);
    return { notice: "connected" };
  }
  if (client === undefined) throw new Error("the client is not connected");
  const onSecond = (record: Parameters<typeof secondSent>[0]): void => tell(secondSent(record));
  const outcome: Outcome =
    order.order === "load" ? await client.load(onSecond) : await client.run(order.atMs, onSecond);
  return doneSent(outcome);
}

function failureOf(thrown: unknown): NoticeSent {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { notice: "failed", message, code: reasonOf(thrown) };
}

function tell(notice: NoticeSent): void {
  // Nobody is left to tell when the parent is gone.
  if (process.connected) process.send?.(notice);
}
