/** One thing that the demo promises, and whether it held. */

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** The numbers it was judged by. */
  readonly detail: string;
}

/** Of things that have to be there, and all of them. `firstError` says why the first missing one is missing. */
export function countCheck(
  name: string,
  count: number,
  expected: number,
  firstError: string | null = null,
): Check {
  const why = firstError === null ? "" : `: ${firstError}`;
  return { name, ok: count === expected && expected > 0, detail: `${count} of ${expected}${why}` };
}
