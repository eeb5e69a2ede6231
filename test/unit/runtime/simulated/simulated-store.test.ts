import { SimulatedWorld } from "../../../../src/runtime/simulated/index.js";
import { describeStore } from "../store-conformance.js";

let fixtures = 0;

describeStore("SimulatedStore", async () => {
  fixtures += 1;
  const world = new SimulatedWorld(`store-${fixtures}`);
  const { runtime } = world.addNode(1, { region: "eu" });
  return {
    open: (done) => runtime.disk.openStore(done),
    drive: () => {
      world.time.run();
    },
    dispose: async () => undefined,
  };
});
