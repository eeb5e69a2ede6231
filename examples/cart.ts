/**
 * A shopping cart that takes changes in every region, also while the regions cannot reach each other, and merges them
 * without a line of merging here: quantities are counters, coupons a set, and all of it is one map by path.
 */
import assert from "node:assert/strict";
import { type AtollClient, connect, counter, flag, map, set } from "atolldb";
import type { LocalCluster } from "../cluster/index.js";
import { eventually, fresh, twoRegions } from "./eventually.js";

/** One line of a cart. There is one for each article, so its path has the article's name. */
const LINE = map({ quantity: counter(), isGift: flag() });

class Cart {
  readonly #carts;
  readonly #id: string;

  constructor(db: AtollClient, id: string) {
    this.#carts = db.map("carts");
    this.#id = id;
  }

  async add(article: string, count: number): Promise<void> {
    await this.#carts.update(this.#id, (at) => at("lines", article).as(LINE).quantity.add(count));
  }

  /** Both changes, or none. */
  async addGift(article: string): Promise<void> {
    await this.#carts.update(this.#id, (at) => {
      const line = at("lines", article).as(LINE);
      return [line.quantity.add(1), line.isGift.enable()];
    });
  }

  /** Takes away what this region sees of the line; what another one adds to it at the same time stays. */
  async remove(article: string): Promise<void> {
    await this.#carts.remove(this.#id, (at) => at("lines", article));
  }

  async addCoupon(code: string): Promise<void> {
    await this.#carts.update(this.#id, (at) => at("coupons").as(set()).add(code));
  }

  /** As text, `["coupon WELCOME", "2 tea"]`. */
  async show(): Promise<string[]> {
    const shown: string[] = [];
    for await (const entry of this.#carts.entries(this.#id)) {
      if (entry.type === "counter") shown.push(`${entry.value} ${entry.path[1]}`);
      if (entry.type === "flag") shown.push(`${entry.path[1]} as a gift`);
      if (entry.type === "set") shown.push(`coupon ${entry.member}`);
    }
    return shown.sort();
  }
}

export async function cart(cluster: LocalCluster): Promise<void> {
  const [home, away] = twoRegions(cluster.regions);
  await using here = await connect({ endpoints: cluster.endpoints(), region: home });
  await using there = await connect({ endpoints: cluster.endpoints(), region: away });
  const id = fresh("cart");
  const phone = new Cart(here, id);
  const laptop = new Cart(there, id);

  await phone.add("tea", 1);
  await phone.add("cup", 2);
  await eventually(async () => assert.deepEqual(await laptop.show(), ["1 tea", "2 cup"]));
  console.log(`${away} sees what ${home} put into the cart: ${await laptop.show()}`);

  await cluster.partition(away);
  try {
    await Promise.all([
      phone.add("tea", 1).then(() => phone.addCoupon("WELCOME")),
      laptop.add("tea", 2).then(() => laptop.remove("cup")),
      laptop.addGift("pot").then(() => laptop.addCoupon("TENTH")),
    ]);
    console.log(`${away} is cut off, and both go on:`);
    console.log(`  ${home}: ${await phone.show()}`);
    console.log(`  ${away}: ${await laptop.show()}`);
    assert.deepEqual(await phone.show(), ["2 cup", "2 tea", "coupon WELCOME"]);
    assert.deepEqual(await laptop.show(), ["1 pot", "3 tea", "coupon TENTH", "pot as a gift"]);
  } finally {
    await cluster.heal(away);
  }

  const merged = ["1 pot", "4 tea", "coupon TENTH", "coupon WELCOME", "pot as a gift"];
  for (const device of [phone, laptop])
    await eventually(async () => assert.deepEqual(await device.show(), merged));
  console.log(`healed, both see what both did: ${await phone.show()}`);
}
