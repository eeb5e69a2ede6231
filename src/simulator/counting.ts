/**
 * Every increment of a key counts a power of two of its own, so that a counter tells of each whether it was counted: a value
 * is a set of increments, and one that was counted twice is another one.
 */

/** Beyond, totals would leave the exact numbers. */
export const COUNTS_MAX = 48;

interface Counted {
  /** A power of two; negative of one that subtracts. */
  readonly amount: bigint;
}

/** @param index of the increment among those of its key, below `COUNTS_MAX` */
export function amountOf(index: number, isSubtraction: boolean): bigint {
  const amount = 1n << BigInt(index);
  return isSubtraction ? -amount : amount;
}

/** Which increments make up the value; undefined where none do. */
export function countedIn<T extends Counted>(value: bigint, increments: readonly T[]): T[] | undefined {
  // Of those that subtract the bit is set where they were not counted.
  let bits = value;
  for (const { amount } of increments) if (amount < 0n) bits -= amount;
  const counted = increments.filter(({ amount }) =>
    amount < 0n ? (bits & -amount) === 0n : (bits & amount) !== 0n,
  );
  const sum = counted.reduce((total, { amount }) => total + amount, 0n);
  return sum === value ? counted : undefined;
}
