/**
 * The two clocks of a node. Nothing in the core reads time any other way, so a simulation can offset, drift, step
 * and stop them.
 */
export interface Clock {
  /** Wall clock, whole milliseconds since 1970. May step in both directions. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start, with fractions. Never goes back. */
  monotonicMs(): number;
}
