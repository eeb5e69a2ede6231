/**
 * A wider receive window for accepted streams. gRPC for Node lets a client set one (`grpc-node.flow_control_window`)
 * but no server, whose 64 KiB hold a dialler to 64 KiB a round trip. The HTTP/2 session below a call can do it; gRPC
 * keeps it private, so the way there is looked up with care, and where it is not found the default stays.
 */
import type { ServerHttp2Session } from "node:http2";
import { RECEIVE_WINDOW_BYTES } from "./grpc-limits.js";

/** Widens the window of the session that carries `call`, and of its streams. Returns whether it could. */
export function widenReceiveWindow(call: object): boolean {
  const session = property(property(property(call, "call"), "stream"), "session");
  if (!isSession(session)) return false;
  if (session.localSettings.initialWindowSize !== RECEIVE_WINDOW_BYTES) {
    session.settings({ initialWindowSize: RECEIVE_WINDOW_BYTES });
    session.setLocalWindowSize(RECEIVE_WINDOW_BYTES);
  }
  return true;
}

function property(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}

function isSession(candidate: unknown): candidate is ServerHttp2Session {
  return typeof property(candidate, "setLocalWindowSize") === "function" && !property(candidate, "destroyed");
}
