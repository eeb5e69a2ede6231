const root = process.argv[3] ?? "/work/wt/lead";
const { drawPlan, runPlan } = await import(`${root}/src/simulator/index.ts`);
const { Trace } = await import(`${root}/src/simulator/trace.ts`);
const trace = new Trace(true);
const r = runPlan(drawPlan(Number(process.argv[2])), trace);
console.log(trace.lines?.join("\n") ?? Object.keys(trace));
console.log(r.violation);
