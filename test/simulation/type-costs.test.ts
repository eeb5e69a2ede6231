import { it } from "vitest";
import { TypeCosts } from "../../src/simulator/index.js";
it("x", () => {
  const t0 = performance.now();
  const costs = new TypeCosts();
  for (const type of ["set", "map"] as const) {
    costs.fill(type, "small", 10);
    costs.fill(type, "large", 20_000);
    for (const k of ["small", "large"]) for (const e of [1, 5, 7]) console.log(type, k, "add", costs.add(type, k, e));
    for (const k of ["small", "large"]) console.log(type, k, "look", costs.look(type, k, 6));
    for (const k of ["small", "large"]) console.log(type, k, "page", costs.page(type, k, 10, undefined));
  }
  console.log("count", costs.count("a"), costs.count("a"));
  costs.close();
  console.log(performance.now() - t0);
});
