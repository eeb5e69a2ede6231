/**
 * A few writes a second in each region, and a watch in each other one that waits for them: what an application would see
 * of the lag between regions. It counts from when a write was sent until a watch of another region shows it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type AtollClient, connect, type TlsOptions } from "../../src/client/index.js";
import { OUTSTANDING_MAX, Visibility } from "./visibility.js";

interface ProbeSite {
  readonly region: string;
  readonly endpoints: readonly string[];
}

export interface ProbeOptions {
  readonly sites: readonly ProbeSite[];
  readonly bucket: string;
  readonly timeoutMs: number;
  readonly tls: TlsOptions | undefined;
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly visibility: Visibility;
}

const EVERY_MS = 100;
const RETRY_MS = 200;

export class LagProbes {
  readonly pairs: readonly Pair[];
  readonly #clients: readonly AtollClient[];
  readonly #options: ProbeOptions;
  readonly #ending = new AbortController();
  readonly #tasks: Promise<void>[] = [];

  private constructor(clients: readonly AtollClient[], options: ProbeOptions) {
    this.#clients = clients;
    this.#options = options;
    const regions = options.sites.map(({ region }) => region);
    this.pairs = regions.flatMap((from) =>
      regions.flatMap((to) => (from === to ? [] : [{ from, to, visibility: new Visibility() }])),
    );
  }

  /** Rejects when a region does not answer. */
  static async open(options: ProbeOptions): Promise<LagProbes> {
    const { sites, timeoutMs, tls } = options;
    const opened = await Promise.allSettled(
      sites.map(({ endpoints, region }) =>
        connect({ endpoints, region, timeoutMs, ...(tls === undefined ? {} : { tls }) }),
      ),
    );
    const clients = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const refused = opened.find((one) => one.status === "rejected");
    if (refused === undefined) return new LagProbes(clients, options);
    await Promise.allSettled(clients.map((client) => client.close()));
    throw refused.reason;
  }

  /** Resolves once all watches stand. */
  async begin(): Promise<void> {
    const { sites } = this.#options;
    const standing = this.#clients.map((client, at) => this.#watch(client, sites[at]?.region ?? ""));
    await Promise.all(standing);
    for (const [at, client] of this.#clients.entries())
      this.#tasks.push(this.#write(client, sites[at]?.region ?? ""));
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#tasks);
    await Promise.allSettled(this.#clients.map((client) => client.close()));
  }

  async #write(client: AtollClient, region: string): Promise<void> {
    const probes = client.register<number>(this.#options.bucket);
    const outgoing = this.pairs.filter(({ from }) => from === region);
    for (let number = 1; !this.#ending.signal.aborted; number++) {
      const sentMs = performance.now();
      for (const { visibility } of outgoing) visibility.sent(number, sentMs);
      try {
        const options = { consistency: "LOCAL_ONE", signal: this.#ending.signal } as const;
        await probes.put(`${region}/${number % OUTSTANDING_MAX}`, number, options);
      } catch {
        for (const { visibility } of outgoing) visibility.failed(number);
      }
      await this.#pause(EVERY_MS - (performance.now() - sentMs));
    }
  }

  /** Resolves once the first watch stands. One that breaks is begun anew, with what it missed. */
  async #watch(client: AtollClient, region: string): Promise<void> {
    const probes = client.register<number>(this.#options.bucket);
    const watchOnce = async (withExisting: boolean, ready: () => void): Promise<void> => {
      await using watch = probes.watch({ withExisting, signal: this.#ending.signal });
      await watch.ready();
      ready();
      for await (const { key, value } of watch) if (value !== undefined) this.#seen(key, value, region);
    };
    await new Promise<void>((resolve, reject) => {
      const follow = async (): Promise<void> => {
        await watchOnce(false, resolve).catch(reject);
        while (!this.#ending.signal.aborted) {
          await this.#pause(RETRY_MS);
          await watchOnce(true, () => {}).catch(() => {});
        }
      };
      this.#tasks.push(follow());
    });
  }

  #seen(key: string, number: number, to: string): void {
    const from = key.slice(0, key.lastIndexOf("/"));
    const nowMs = performance.now();
    this.pairs.find((pair) => pair.from === from && pair.to === to)?.visibility.seen(number, nowMs);
  }

  async #pause(ms: number): Promise<void> {
    await delay(Math.max(0, ms), undefined, { signal: this.#ending.signal }).catch(() => {});
  }
}
