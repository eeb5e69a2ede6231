/** Small pieces of waiting: something that happens once, and a wait that ends in any case. */

/** Something that happens at most once, and can be waited for. */
export class Signal<Value> {
  readonly fired: Promise<Value>;
  #resolve: (value: Value) => void = () => {};
  #isFired = false;

  constructor() {
    this.fired = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isFired(): boolean {
    return this.#isFired;
  }

  /** The first call counts. */
  fire(value: Value): void {
    this.#isFired = true;
    this.#resolve(value);
  }
}

/** True once `work` has ended well or badly, false when `limitMs` passed first. */
export async function endsWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}
