const root = process.argv[4] ?? "/work/wt/lead";
const { drawPlan, runPlan } = await import(`${root}/src/simulator/index.ts`);
const [from, to] = [Number(process.argv[2]), Number(process.argv[3])];
let virtual = 0; const t = performance.now(); let bad = 0;
for (let seed = from; seed <= to; seed++) {
  const t1 = performance.now();
  const r = runPlan(drawPlan(seed));
  virtual += r.virtualMs;
  if (r.violation) { bad++; console.log(seed, r.nodes, r.violation.invariant, r.violation.message.slice(0, 300), "on", r.coverage.on.join(",")); }
  if (performance.now() - t1 > 3000) console.log("slow", seed, r.nodes, Math.round(performance.now() - t1), r.virtualMs);
}
const s = (performance.now() - t) / 1000;
console.log("runs", to - from + 1, "bad", bad, "seconds", s.toFixed(1), "per run", (s / (to - from + 1)).toFixed(3), "virtual h/min", (virtual / 3600e3 / (s / 60)).toFixed(2));
