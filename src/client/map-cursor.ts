/** Cursors: each stands for one leaf of a map, and makes the changes that its type has. */

import { checkAmount } from "./counter.js";
import type { Key } from "./key.js";
import {
  changeAt,
  clearAt,
  type LeafPlace,
  type LeafRef,
  type MapChange,
  type MapRef,
  PLACE,
  type Place,
} from "./map-place.js";
import type { MemberCodec } from "./members.js";
import { type Codec, encodeValue } from "./value-codec.js";
import { wireValue } from "./values.js";

/** A register in a map. */
export class RegisterCursor<T> implements LeafRef<T | undefined> {
  /** @internal */
  readonly [PLACE]: LeafPlace<T | undefined>;
  readonly #codec: Codec<T>;

  /** @internal */
  constructor(place: LeafPlace<T | undefined>, codec: Codec<T>) {
    this[PLACE] = place;
    this.#codec = codec;
  }

  /** Writes the value; of concurrent writes the last one shows. */
  put(value: T): MapChange {
    const { site } = this[PLACE];
    return changeAt(site, { put: wireValue(encodeValue(this.#codec, value, site.bucket)) });
  }

  /** Removes what is at and below this path. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }
}

/** A counter in a map. */
export class CounterCursor implements LeafRef<number> {
  /** @internal */
  readonly [PLACE]: LeafPlace<number>;

  /** @internal */
  constructor(place: LeafPlace<number>) {
    this[PLACE] = place;
  }

  /** Adds a whole number; a negative one subtracts. */
  add(amount = 1): MapChange {
    return changeAt(this[PLACE].site, { counterAdd: checkAmount(amount) });
  }

  /** Subtracts a whole number. */
  subtract(amount = 1): MapChange {
    return this.add(-amount);
  }

  /** Removes what is at and below this path: the counter is 0 again. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }
}

/** A flag in a map. */
export class FlagCursor implements LeafRef<boolean> {
  /** @internal */
  readonly [PLACE]: LeafPlace<boolean>;

  /** @internal */
  constructor(place: LeafPlace<boolean>) {
    this[PLACE] = place;
  }

  /** Switches it on. */
  enable(): MapChange {
    return changeAt(this[PLACE].site, { flagSet: true });
  }

  /** Switches it off. */
  disable(): MapChange {
    return changeAt(this[PLACE].site, { flagSet: false });
  }

  /** Removes what is at and below this path. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }
}

/** A set in a map. */
export class SetCursor<Member extends Key> implements MapRef<ReadonlySet<Member>> {
  /** @internal */
  readonly [PLACE]: Place<ReadonlySet<Member>>;
  /** @internal */
  readonly codec: MemberCodec<Member>;

  /** @internal */
  constructor(place: Place<ReadonlySet<Member>>, codec: MemberCodec<Member>) {
    this[PLACE] = place;
    this.codec = codec;
  }

  /** Adds members. */
  add(...members: readonly Member[]): MapChange {
    return changeAt(this[PLACE].site, { setAdd: { members: this.#encoded(members) } });
  }

  /** Removes members. */
  remove(...members: readonly Member[]): MapChange {
    return changeAt(this[PLACE].site, { setRemove: { members: this.#encoded(members) } });
  }

  /** Removes what is at and below this path: all members. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }

  #encoded(members: readonly Member[]): Buffer[] {
    return members.map((member) => this.codec.encode(member));
  }
}
