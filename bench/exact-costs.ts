/** What one operation costs three replicas in bytes and records, on virtual time: the same numbers at every run. */
import { type Grown, type OperationCost, TypeCosts } from "../src/simulator/index.js";

const SIZES = [10, 1_000, 20_000];
const PAGE_ELEMENTS = 100;

export function printExactCosts(line: (text: string) => void): void {
  line("one operation, on virtual time     to each peer  by all nodes      log  stored  records read");
  const show = (what: string, cost: OperationCost): void =>
    line(
      `  ${what.padEnd(30)} ${bytes(cost.peerBytesMax, 10)} ${bytes(cost.sentBytes, 10)} ${bytes(cost.logBytes, 5)} ${bytes(cost.storedBytes, 5)} ${String(cost.recordsRead).padStart(8)}`,
    );
  for (const type of ["set", "map"] as const) for (const elements of SIZES) showGrown(type, elements, show);
  const costs = new TypeCosts();
  costs.count("k");
  show("add to a counter", costs.count("k"));
  costs.close();
}

function showGrown(type: Grown, elements: number, show: (what: string, cost: OperationCost) => void): void {
  const costs = new TypeCosts();
  costs.fill(type, "k", elements);
  const of = `${type} of ${elements.toLocaleString("en-US")}`;
  show(`add to a ${of}`, costs.add(type, "k", elements - 1));
  show(`look into a ${of}`, costs.look(type, "k", elements));
  show(`page of a ${of}`, costs.page(type, "k", PAGE_ELEMENTS, undefined));
  costs.close();
}

function bytes(count: number, width: number): string {
  return `${String(count).padStart(width)} B`;
}
