/** How full something bounded is: bytes or entries, and the most that it takes. */
export interface Fill {
  readonly size: number;
  /** Undefined: bounded by what it belongs to, as a call is by its operation. */
  readonly max: number | undefined;
}
