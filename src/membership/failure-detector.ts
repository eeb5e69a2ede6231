/**
 * Who is there. A peer is alive while its link is up, it was heard within the timeout, and it says that it hears us: in
 * a one-way partition both sides must stop counting on each other.
 */
import type { HeartbeatMessage } from "../codec/index.js";
import { ClockFilter } from "./clock-filter.js";

export const HEARTBEAT_MS = 500;
const FAILURE_TIMEOUT_MS = 3_000;

export interface PeerHealth {
  readonly isLinked: boolean;
  readonly isAlive: boolean;
  /** Milliseconds since it was heard; 0 when it never was. */
  readonly silentMs: number;
  readonly roundTripMs: number;
  /** Its wall clock minus ours, corrected for the way. Undefined before the first round trip. */
  readonly clockOffsetMs: number | undefined;
}

interface Peer {
  isLinked: boolean;
  heardAtMs: number;
  hearsUs: boolean;
  /** The peer's `sentMs` to echo, and when it came. */
  sentMs: number;
  readonly filter: ClockFilter;
}

/** Before the first measurement a peer is taken to be so far away. */
const ROUND_TRIP_GUESS_MS = 100;

export class FailureDetector {
  readonly #peers = new Map<number, Peer>();

  linkUp(peer: number, nowMs: number): void {
    const known = this.#peers.get(peer);
    const filter = known?.filter ?? new ClockFilter();
    // The handshake went both ways: that counts as hearing and being heard.
    this.#peers.set(peer, { isLinked: true, heardAtMs: nowMs, hearsUs: true, sentMs: 0, filter });
  }

  linkDown(peer: number): void {
    const known = this.#peers.get(peer);
    if (known !== undefined) known.isLinked = false;
  }

  /** @param nowMs monotonic */
  heartbeat(from: number, message: HeartbeatMessage, nowMs: number): void {
    const peer = this.#peers.get(from);
    if (peer === undefined) return;
    peer.heardAtMs = nowMs;
    peer.hearsUs = message.isHeard;
    peer.sentMs = message.sentMs;
    if (message.echoMs === 0) return;
    const roundTripMs = Math.max(0, nowMs - message.echoMs - message.echoDelayMs);
    peer.filter.add({ roundTripMs, offsetMs: message.wallMs + roundTripMs / 2 - nowMs });
  }

  /** What to tell a peer about its last heartbeat. */
  echo(peer: number, nowMs: number): Pick<HeartbeatMessage, "echoMs" | "echoDelayMs" | "isHeard"> {
    const known = this.#peers.get(peer);
    if (known === undefined || known.sentMs === 0)
      return { echoMs: 0, echoDelayMs: 0, isHeard: known !== undefined && !isSilent(known, nowMs) };
    return {
      echoMs: known.sentMs,
      echoDelayMs: Math.max(0, nowMs - known.heardAtMs),
      isHeard: !isSilent(known, nowMs),
    };
  }

  /** Linked peers that were silent for too long: their links are to be closed. */
  silent(nowMs: number): number[] {
    return [...this.#peers]
      .filter(([, peer]) => peer.isLinked && isSilent(peer, nowMs))
      .map(([number]) => number);
  }

  isAlive(peer: number, nowMs: number): boolean {
    const known = this.#peers.get(peer);
    return known?.isLinked === true && known.hearsUs && !isSilent(known, nowMs);
  }

  /** @param nowMs monotonic; @param wallMs our wall clock at the same moment */
  health(peer: number, nowMs: number, wallMs: number): PeerHealth {
    const known = this.#peers.get(peer);
    const best = known?.filter.best;
    return {
      isLinked: known?.isLinked === true,
      isAlive: this.isAlive(peer, nowMs),
      silentMs: known === undefined ? 0 : nowMs - known.heardAtMs,
      roundTripMs: best?.roundTripMs ?? ROUND_TRIP_GUESS_MS,
      clockOffsetMs: best === undefined ? undefined : best.offsetMs + nowMs - wallMs,
    };
  }
}

function isSilent(peer: Peer, nowMs: number): boolean {
  return nowMs - peer.heardAtMs > FAILURE_TIMEOUT_MS;
}
