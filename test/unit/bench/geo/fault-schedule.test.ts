import { describe, expect, it } from "vitest";
import { type FaultyCluster, inject, parseFault } from "../../../../bench/geo/fault-schedule.js";

function parsed(text: string) {
  const fault = parseFault(text);
  if (typeof fault === "string") throw new Error(fault);
  return fault;
}

/** Says what it was asked to do. */
class ListeningCluster implements FaultyCluster {
  readonly heard: unknown[][] = [];
  readonly #hear =
    (verb: string) =>
    async (...names: unknown[]): Promise<void> => {
      this.heard.push([verb, ...names]);
    };
  readonly partition = this.#hear("partition");
  readonly heal = this.#hear("heal");
  readonly kill = this.#hear("kill");
  readonly start = this.#hear("start");
  readonly pause = this.#hear("pause");
  readonly resume = this.#hear("resume");
}

describe("a fault on schedule", () => {
  it("has a time and the words of atoll cluster", async () => {
    const cluster = new ListeningCluster();
    for (const text of [
      "20s partition eu-west ap-south",
      "0.5s  partition eu-west --one-way",
      "30s heal",
      "30s heal a b",
      "1s kill n1",
      "2s start n1",
      "3s pause n2",
      "4s resume n2",
    ])
      await inject(cluster, parsed(text));
    expect(cluster.heard).toEqual([
      ["partition", "eu-west", "ap-south", { oneWay: false }],
      ["partition", "eu-west", undefined, { oneWay: true }],
      ["heal", undefined, undefined],
      ["heal", "a", "b"],
      ["kill", "n1"],
      ["start", "n1"],
      ["pause", "n2"],
      ["resume", "n2"],
    ]);
    expect(parsed("0.5s heal")).toMatchObject({ atMs: 500, text: "heal", isHealing: true });
    expect(parsed("1s kill n1").isHealing).toBe(false);
  });

  it("is refused with what is wrong about it", () => {
    expect(parseFault("partition a b")).toContain("begin with a time in seconds");
    expect(parseFault("20 partition a b")).toContain("begin with a time in seconds");
    expect(parseFault("2s explode a")).toContain("use one of partition, heal, kill");
    expect(parseFault("2s toString a")).toContain("use one of");
    expect(parseFault("2s kill")).toBe("kill takes one name of nodes or regions");
    expect(parseFault("2s partition")).toContain("partition takes 1 to 2");
    expect(parseFault("2s kill a --one-way")).toContain("partition alone");
  });
});
