/** Who is there: handshakes, heartbeats, failure detection, clock drift. */
export type { PeerHealth } from "./failure-detector.js";
export { Membership } from "./membership.js";
