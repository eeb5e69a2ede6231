/** What it costs a write that the sketch of its partition follows it: the same writes with and without, in turns. */
import { RowWriter } from "../src/simulator/index.js";

const ROWS = 100;
const TURNS = 1_000;

/** Microseconds a write; what the sketch costs is the difference. */
interface SketchCost {
  readonly withoutUs: number;
  readonly withUs: number;
}

/** The best of many short turns each: what a busy machine adds is not the sketch's. */
export function sketchCost(): SketchCost {
  const writers = [new RowWriter(ROWS, false), new RowWriter(ROWS, true)] as const;
  let [withoutUs, withUs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < TURNS; turn++) {
    withoutUs = Math.min(withoutUs, turnUs(writers[0]));
    withUs = Math.min(withUs, turnUs(writers[1]));
  }
  return { withoutUs, withUs };
}

function turnUs(writer: RowWriter): number {
  const startedAtMs = performance.now();
  writer.writeAll();
  const elapsedMs = performance.now() - startedAtMs;
  writer.commit();
  return (elapsedMs * 1_000) / ROWS;
}
