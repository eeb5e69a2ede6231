import { expect, test } from "vitest";
import { SimulatedWorld, type WorldObserver } from "../../../../src/runtime/simulated/index.js";
import { Listener } from "./listener.js";

function observedWorld() {
  const seen: string[] = [];
  const observer: WorldObserver = {
    frameDelivered: (from, to, frame, atMs) => seen.push(`${from}>${to} ${frame} at ${Math.round(atMs)}`),
    batchWritten: (node, batch, isSynced) =>
      seen.push(`${node}: ${batch.map(({ key, value }) => `${key}=${value}`)} ${isSynced}`),
  };
  const world = new SimulatedWorld(1, { observer, latency: () => ({ baseMs: 10, jitterMs: 0 }) });
  return { seen, world };
}

test("an observer sees each frame when it is delivered, and none that is lost", () => {
  const { seen, world } = observedWorld();
  const a = new Listener(world.addNode(1, { region: "eu" }), [2]);
  const b = new Listener(world.addNode(2, { region: "us" }), [1]);
  world.time.runFor(100);
  a.send(2, "one");
  world.time.runFor(100);
  expect(seen).toEqual(["1>2 one at 110"]);
  b.send(1, "two");
  world.network.cut(1, 2);
  world.time.runFor(100);
  expect(seen).toHaveLength(1);
  world.network.heal(1, 2);
  world.time.runFor(100);
  expect(seen.slice(1)).toEqual(["2>1 two at 300"]);
  a.send(2, "three");
  b.host.crash();
  world.time.runFor(100);
  expect(seen).toHaveLength(2);
});

test("an observer sees each batch once it is written, and none that failed", () => {
  const { seen, world } = observedWorld();
  const host = world.addNode(1, { region: "eu" });
  let written = 0;
  host.runtime.disk.openStore((_error, store) => {
    const put = (key: string, sync: boolean, then: () => void): void =>
      store?.write([{ key: Buffer.from(key), value: Buffer.from("v") }], sync, () => {
        written++;
        then();
      });
    put("a", true, () =>
      put("b", false, () => {
        host.disk.failNextWrite("IO");
        put("c", true, () => undefined);
      }),
    );
  });
  world.time.run();
  expect(written).toBe(3);
  expect(seen).toEqual(["1: a=v true", "1: b=v false"]);
});

test("an observer is told how many records a store looked for, or found", () => {
  const read: [node: number, count: number][] = [];
  const world = new SimulatedWorld(1, {
    observer: {
      frameDelivered: () => undefined,
      batchWritten: () => undefined,
      recordsRead: (node, count) => read.push([node, count]),
    },
  });
  const host = world.addNode(3, { region: "eu" });
  host.runtime.disk.openStore((_error, store) => {
    const changes = ["a", "b", "c"].map((key) => ({ key: Buffer.from(key), value: Buffer.from("v") }));
    store?.write(changes, true, () => {
      store.get(Buffer.from("a"));
      store.get(Buffer.from("z"));
      store.scan({ from: Buffer.from("a"), to: Buffer.from("c") }, 10, () => undefined);
      store.scan({ from: Buffer.from("a"), to: Buffer.from("z") }, 1, () => undefined);
    });
  });
  world.time.run();
  expect(read).toEqual([
    [3, 1],
    [3, 1],
    [3, 2],
    [3, 1],
  ]);
});
