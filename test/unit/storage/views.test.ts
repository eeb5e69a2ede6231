import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommitFixture } from "./commit-fixture.js";

fc.configureGlobal({ seed: 4001, numRuns: 300 });

const NAMES = ["ra", "rb", "rc", "rd", "re", "rf", "rg"] as const;
const anyName = fc.constantFrom(...NAMES);
const anyView = fc.constantFrom("pending", "durable");

const anyStep = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant("write"),
      name: anyName,
      value: fc.option(fc.constantFrom("1", "2"), { nil: undefined }),
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom("turn", "show", "complete", "tick") }), weight: 8 },
  {
    arbitrary: fc.record({
      kind: fc.constant("scan"),
      view: anyView,
      limit: fc.integer({ min: 1, max: 8 }),
      from: anyName,
      isEarly: fc.boolean(),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant("answer") }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant("wait") }), weight: 2 },
);

type Values = Map<string, string | undefined>;

/** Both views, said simply: what is on disk, what is on its way there, and what comes after. */
class Model {
  readonly disk: Values = new Map();
  #inFlight: Values | undefined;
  #filling: Values = new Map();
  /** Labels of who waits for each, and of who waits for nothing. */
  #waitingInFlight: string[] = [];
  #waitingFilling: string[] = [];
  #waitingIdle: string[] = [];
  readonly ran: string[] = [];

  write(name: string, value: string | undefined): void {
    this.#filling.set(name, value);
  }

  wait(label: string): void {
    if (this.#filling.size > 0) this.#waitingFilling.push(label);
    else if (this.#inFlight !== undefined) this.#waitingInFlight.push(label);
    else this.#waitingIdle.push(label);
  }

  turn(): void {
    this.ran.push(...this.#waitingIdle.splice(0));
    if (this.#inFlight !== undefined || this.#filling.size === 0) return;
    this.#inFlight = this.#filling;
    this.#filling = new Map();
    this.#waitingInFlight = this.#waitingFilling;
    this.#waitingFilling = [];
  }

  complete(): void {
    for (const [name, value] of this.#inFlight ?? []) this.disk.set(name, value);
    this.#inFlight = undefined;
    this.ran.push(...this.#waitingInFlight);
    this.#waitingInFlight = [];
  }

  read(name: string, view: "pending" | "durable"): string | undefined {
    if (view === "durable") return this.disk.get(name);
    if (this.#filling.has(name)) return this.#filling.get(name);
    return this.#inFlight?.has(name) === true ? this.#inFlight.get(name) : this.disk.get(name);
  }

  keys(view: "pending" | "durable", from: string, limit: number): string[] {
    return NAMES.filter((name) => name >= from && this.read(name, view) !== undefined).slice(0, limit);
  }
}

describe("both views, under any interleaving of writes, commits, reads and scans", () => {
  it.each([0, 400, 64 * 1024])("show what the simple model says (cache of %d bytes)", (cacheBytes) => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
        const f = new CommitFixture("always", cacheBytes);
        const model = new Model();
        const scans: (() => void)[] = [];
        for (const [at, step] of steps.entries()) {
          switch (step.kind) {
            case "write":
              f.write(step.name, step.value);
              model.write(step.name, step.value);
              break;
            case "turn":
              f.timers.turn();
              model.turn();
              break;
            case "show":
              f.store.show();
              break;
            case "complete":
              f.store.complete();
              model.complete();
              break;
            case "wait":
              f.whenDurable(`waited ${at}`);
              model.wait(`waited ${at}`);
              break;
            case "scan": {
              f.store.scansEarly = step.isEarly;
              const answer = f.scan(step.view, step.limit, step.from);
              scans.push(() => {
                if (answer.keys === undefined) return;
                expect(answer.keys).toEqual(model.keys(step.view, step.from, step.limit));
                answer.keys = undefined;
              });
              break;
            }
            case "answer":
              f.store.answerScan();
              for (const check of scans) check();
              break;
            case "tick":
              f.timers.tick();
          }
          for (const name of NAMES)
            if (
              f.pending(name) !== model.read(name, "pending") ||
              f.durable(name) !== model.read(name, "durable")
            )
              expect.fail(`${name} is ${f.pending(name)} pending and ${f.durable(name)} durable`);
          expect(f.events.filter((event) => event.startsWith("waited"))).toEqual(model.ran);
        }
      }),
    );
  });
});
