/** A member that sends rubbish: thousands of frames on virtual time, beside the few that real processes have time for. */
import { expect, test } from "vitest";
import { INCARNATION_MAX } from "../../src/causality/index.js";
import { PROTOCOL_VERSION } from "../../src/codec/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { fuzzedFrames } from "../e2e/support/fuzzed-frames.js";

const SEEDS = 20;
const FRAMES = 200;
/** The links of the simulation are up again by then. */
const FRAME_MS = 60;

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  "survives rubbish from a member (seed %i)",
  (seed) => {
    const cluster = SimulatedCluster.ready({ seed, regions: ["eu", "us"], nodesPerRegion: 2 });
    for (let n = 0; n < 10; n++) cluster.put("us-1", `k${n}`, String(n));
    cluster.converge();
    const [before] = cluster.digests();
    const rogue = cluster.node("eu-1");
    const { member } = cluster.node("us-2");
    const incarnation = rogue.api.status().incarnation + 1;
    cluster.kill(rogue);
    rogue.host.restart();

    const { transport } = rogue.host.runtime;
    const { number, nodeId } = rogue.member;
    const [protocolVersion, instance] = [PROTOCOL_VERSION, "00000000000000ff"];
    let [isUp, ends] = [false, 0];
    transport.start(
      { clusterId: "simulated", nodeId, number, incarnation, instance, protocolVersion },
      {
        onHello: () => undefined,
        onUp: () => {
          isUp = true;
        },
        onFrame: () => undefined,
        onDown: () => {
          isUp = false;
          ends++;
        },
        onRefused: () => undefined,
      },
    );
    transport.setPeers([{ number: member.number, nodeId: member.nodeId, address: member.peerAddress }]);
    const frames = fuzzedFrames(new SeededRandom(seed));
    for (let sent = 0; sent < FRAMES; sent++) {
      cluster.waitUntil("a link to the target", () => isUp);
      transport.send(member.number, frames.next().value);
      cluster.runFor(FRAME_MS);
    }

    expect(ends).toBeGreaterThan(FRAMES / 3);
    expect(cluster.nodes.flatMap((node) => node.ends)).toEqual([]);
    cluster.kill(rogue);
    cluster.start(rogue);
    cluster.converge();
    expect(new Set(cluster.digests())).toEqual(new Set([before]));
    for (const id of ["eu-2", "us-2"])
      expect(cluster.put(id, "after", id)).toMatchObject({ kind: "written" });
    expect(cluster.values("us-2", "k1")).toEqual(["1"]);
    cluster.stopAll();
  },
);

test("takes no incarnation from the end of time out of a refusal", () => {
  const cluster = SimulatedCluster.ready({ regions: ["eu", "us"], nodesPerRegion: 2 });
  const rogue = cluster.node("eu-1");
  const { member, api } = cluster.node("us-2");
  cluster.kill(rogue);
  rogue.host.restart();
  const { transport } = rogue.host.runtime;
  const { number, nodeId } = rogue.member;
  const [incarnation, instance] = [api.status().incarnation + 1, "00000000000000ff"];
  let refusals = 0;
  transport.start(
    { clusterId: "simulated", nodeId, number, incarnation, instance, protocolVersion: PROTOCOL_VERSION },
    {
      onHello: () => {
        refusals++;
        return `INCARNATION ${INCARNATION_MAX} of node ${member.nodeId} is known, and you are another`;
      },
      onUp: () => undefined,
      onFrame: () => undefined,
      onDown: () => undefined,
      onRefused: () => undefined,
    },
  );
  transport.setPeers([{ number: member.number, nodeId: member.nodeId, address: member.peerAddress }]);
  cluster.waitUntil("it has refused", () => refusals > 2);
  cluster.runFor(1_000);
  expect(cluster.nodes.flatMap((node) => node.ends)).toEqual([]);
  expect(cluster.put("us-2", "after", "v")).toMatchObject({ kind: "written" });
  cluster.stopAll();
});
