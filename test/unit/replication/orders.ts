/** Orders in which things may arrive. */

/** Every way to merge streams that each keep their order. */
export function* interleavings<T>(streams: readonly (readonly T[])[]): Generator<readonly T[]> {
  if (streams.every((stream) => stream.length === 0)) yield [];
  for (const [at, [first, ...rest]] of streams.entries()) {
    if (first === undefined) continue;
    for (const order of interleavings(streams.with(at, rest))) yield [first, ...order];
  }
}

/** Every order, where there are few; else so many of them, at random but always the same. */
export function* shuffles<T>(items: readonly T[], most: number): Generator<readonly T[]> {
  if (items.length <= 5) return yield* interleavings(items.map((item) => [item]));
  let seed = 1;
  for (let made = 0; made < most; made++) {
    const shuffled = [...items];
    for (let left = shuffled.length; left > 1; left--) {
      seed = (seed * 48_271) % 2_147_483_647;
      const [taken] = shuffled.splice(seed % left, 1);
      if (taken !== undefined) shuffled.push(taken);
    }
    yield shuffled;
  }
}
