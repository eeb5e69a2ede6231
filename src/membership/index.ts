/** Who is there: handshakes, heartbeats, failure detection, clock drift. */
export { Membership } from "./membership.js";
