/** One thing that the demo promises, and whether it held. */

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** The numbers it was judged by. */
  readonly detail: string;
}

/** `3 of 3`. */
export function countCheck(name: string, count: number, expected: number): Check {
  return { name, ok: count === expected && expected > 0, detail: `${count} of ${expected}` };
}
