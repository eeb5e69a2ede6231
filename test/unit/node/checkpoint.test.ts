import { expect, it } from "vitest";
import { readCheckpoint, sealCheckpoint } from "../../../src/node/checkpoint.js";
import { SKETCH_CELLS } from "../../../src/replica/index.js";
import type { Store } from "../../../src/runtime/index.js";
import { sketchKey } from "../../../src/storage/index.js";

function storeWith(record: Buffer | undefined): Store {
  return {
    get: (key) => (Buffer.from(key).toString("latin1") === sketchKey(3) ? record : undefined),
    scan: () => undefined,
    write: () => undefined,
    close: () => undefined,
  };
}

const cells = {
  words: Int32Array.from({ length: SKETCH_CELLS * 6 }, (_, at) => at * 7_654_321),
  counts: Uint8Array.from({ length: SKETCH_CELLS }, (_, at) => at),
};

it("counts only in the store whose last batch it is part of", () => {
  expect(readCheckpoint(storeWith(sealCheckpoint(3, 17, cells)), 3, 17)).toEqual(cells);
  expect(readCheckpoint(storeWith(sealCheckpoint(3, 17, "empty")), 3, 17)).toBe("empty");
  for (const batches of [16, 18])
    expect(readCheckpoint(storeWith(sealCheckpoint(3, 17, cells)), 3, batches)).toBeUndefined();
  expect(readCheckpoint(storeWith(undefined), 3, 17)).toBeUndefined();
});

it("is as good as none when it is damaged, of another partition, or of another size", () => {
  const sealed = sealCheckpoint(3, 17, cells);
  sealed[100] = (sealed[100] ?? 0) ^ 4;
  expect(readCheckpoint(storeWith(sealed), 3, 17)).toBeUndefined();
  expect(readCheckpoint(storeWith(sealCheckpoint(4, 17, cells)), 3, 17)).toBeUndefined();
  const short = { words: cells.words.slice(0, 60), counts: cells.counts.slice(0, 10) };
  expect(readCheckpoint(storeWith(sealCheckpoint(3, 17, short)), 3, 17)).toBeUndefined();
});
