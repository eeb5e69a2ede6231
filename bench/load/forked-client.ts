/** A client in another process, as this one sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Notice, type Order, outcomeOf } from "./client-messages.js";
import type { LoadClient, OnSecond, Outcome } from "./load-client.js";
import type { LoadPlan } from "./plan.js";

const CLIENT_PROCESS = new URL("./client-process.js", import.meta.url);
const CLOSE_MS = 5_000;

/** What a client in another process failed with. */
export class ClientProcessError extends Error {
  override readonly name = "ClientProcessError";
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

export class ForkedClient implements LoadClient {
  readonly #child: ChildProcess;
  #onSecond: OnSecond = () => {};
  #answered: PromiseWithResolvers | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => this.#hear(Notice.parse(message)));
    const ended = (how: unknown): void =>
      this.#answered?.reject(new ClientProcessError(`a client process ended: ${how}`, "CLIENT_ENDED"));
    child.once("error", ended);
    child.once("exit", (code, signal) => ended(signal ?? `exit code ${code}`));
  }

  /** Rejects when the store does not answer. @param signal ends the run early */
  static async connect(plan: LoadPlan, signal: AbortSignal): Promise<ForkedClient> {
    const child = fork(fileURLToPath(CLIENT_PROCESS), {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const client = new ForkedClient(child);
    const abort = (): void => client.#send({ order: "abort" });
    signal.addEventListener("abort", abort);
    child.once("exit", () => signal.removeEventListener("abort", abort));
    try {
      await client.#ask({ order: "connect", plan });
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  load(onSecond: OnSecond): Promise<Outcome> {
    return this.#measured({ order: "load" }, onSecond);
  }

  run(atMs: number, onSecond: OnSecond): Promise<Outcome> {
    return this.#measured({ order: "run", atMs }, onSecond);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
    await exited;
    clearTimeout(timer);
  }

  async #measured(order: Order, onSecond: OnSecond): Promise<Outcome> {
    this.#onSecond = onSecond;
    const notice = await this.#ask(order);
    if (notice.notice === "done") return outcomeOf(notice.outcome);
    throw new ClientProcessError(`a client process answered ${notice.notice} to ${order.order}`, "INTERNAL");
  }

  async #ask(order: Order): Promise<Notice> {
    const answered = withResolvers();
    this.#answered = answered;
    this.#send(order);
    return await answered.promise;
  }

  #send(order: Order): void {
    if (this.#child.connected) this.#child.send(order);
  }

  #hear(notice: Notice): void {
    if (notice.notice === "second") this.#onSecond(notice);
    else if (notice.notice === "failed")
      this.#answered?.reject(new ClientProcessError(notice.message, notice.code));
    else this.#answered?.resolve(notice);
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<Notice>;
  resolve(notice: Notice): void;
  reject(error: Error): void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: PromiseWithResolvers["resolve"] = () => {};
  let reject: PromiseWithResolvers["reject"] = () => {};
  const promise = new Promise<Notice>((onResolve, onReject) => {
    [resolve, reject] = [onResolve, onReject];
  });
  // Whoever asked hears of it; one that ends between two questions is told by the next.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
