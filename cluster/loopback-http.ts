/** Small requests to our own processes on this machine. Not `fetch`: loading that costs more than all of them. */
import { request } from "node:http";

const BODY_LIMIT_BYTES = 1024 * 1024;

interface LoopbackRequest {
  readonly host: string;
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

/** Rejects when nobody listens, on a timeout, and on an answer of more than 1 MiB. */
export function requestLoopback(options: LoopbackRequest): Promise<{ status: number; body: string }> {
  const { body, timeoutMs, ...target } = options;
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const call = request(
      { ...target, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (reply) => {
        let text = "";
        reply.setEncoding("utf8");
        reply.on("data", (part: string) => {
          text += part;
          if (text.length > BODY_LIMIT_BYTES) reply.destroy(new Error("the answer is too long"));
        });
        reply.once("end", () => resolve({ status: reply.statusCode ?? 0, body: text }));
        reply.once("error", reject);
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}
