/** The other end of the links' control port. */
import { z } from "zod";
import { ClusterError } from "../cluster-error.js";
import { requestLoopback } from "../loopback-http.js";
import type { Endpoint } from "./connection.js";
import type { Direction } from "./network.js";

const REQUEST_TIMEOUT_MS = 5000;

const Reply = z.object({ cuts: z.array(z.object({ from: z.string(), to: z.string() })) });
const Failure = z.object({ error: z.string() });

export class LinksControl {
  readonly #address: Endpoint;

  constructor(address: Endpoint) {
    this.#address = address;
  }

  /** The directions that are cut. Rejects with `UNAVAILABLE` when the links process is not there. */
  cuts(): Promise<Direction[]> {
    return this.#call("GET", "/cuts", undefined);
  }

  /** Cuts them; what is cut afterwards. */
  cut(directions: readonly Direction[]): Promise<Direction[]> {
    return this.#call("POST", "/cut", { directions });
  }

  /** Heals them, or everything; what is cut afterwards. */
  heal(directions?: readonly Direction[]): Promise<Direction[]> {
    return this.#call("POST", "/heal", directions === undefined ? {} : { directions });
  }

  async #call(method: "GET" | "POST", path: string, body: object | undefined): Promise<Direction[]> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#request(method, path, text);
    const json = parseJson(answer.body);
    const reply = Reply.safeParse(json);
    if (answer.status === 200 && reply.success) return reply.data.cuts;
    const failure = Failure.safeParse(json);
    const reason = failure.success ? failure.data.error : `an answer that is none of ours (${answer.status})`;
    throw new ClusterError(answer.status === 404 ? "NOT_FOUND" : "FAILED", `the links process: ${reason}`);
  }

  async #request(method: "GET" | "POST", path: string, body: string | undefined) {
    try {
      return await requestLoopback({ ...this.#address, method, path, body, timeoutMs: REQUEST_TIMEOUT_MS });
    } catch (error) {
      const where = `${this.#address.host}:${this.#address.port}`;
      throw new ClusterError(
        "UNAVAILABLE",
        `the links process does not answer on ${where}; if it is gone, \`atoll cluster start NODE\` brings it back`,
        error,
      );
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
