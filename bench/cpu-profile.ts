/** What a sampled processor profile says: the time of each function itself, and of each stage that an operation passes. */

/** What of the format of V8 is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Of each sample, the id of the node on top. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface Cost {
  readonly name: string;
  readonly us: number;
}

/** What waits, and what is not sampled as a function of any file. */
const NOT_WORKING: ReadonlySet<string> = new Set(["(idle)", "(root)"]);

/** Microseconds by function, the most first; idle time is left out. */
export function functionCosts(profile: CpuProfile): Cost[] {
  return costsBy(profile, ({ functionName, lineNumber, url }) => {
    const place = url === "" ? "" : ` ${placeOf(url)}:${lineNumber + 1}`;
    return `${functionName === "" ? "(anonymous)" : functionName}${place}`;
  });
}

/** Microseconds by stage: a folder of the sources, a package, or what the process itself does. */
export function stageCosts(profile: CpuProfile): Cost[] {
  return costsBy(profile, ({ functionName, url }) => stageOf(functionName, url));
}

function costsBy(
  profile: CpuProfile,
  nameOf: (frame: CpuProfile["nodes"][number]["callFrame"]) => string,
): Cost[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => [
      id,
      NOT_WORKING.has(callFrame.functionName) ? undefined : nameOf(callFrame),
    ]),
  );
  const sums = new Map<string, number>();
  profile.samples.forEach((id, at) => {
    const name = names.get(id);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + (profile.timeDeltas[at] ?? 0));
  });
  return [...sums].map(([name, us]) => ({ name, us })).sort((a, b) => b.us - a.us);
}

function stageOf(functionName: string, url: string): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  const source = /\/(?:dist\/)?(src|bench|cluster)\/(?:(\w[\w-]*)\/)?[^/]*$/.exec(url);
  if (source !== null && !url.includes("/node_modules/"))
    return [source[1], source[2]].filter(Boolean).join("/");
  const packaged = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (packaged?.[1] !== undefined) return packaged[1];
  return url.startsWith("node:") ? "node" : "native code";
}

/** Without the folder that the project is in. */
function placeOf(url: string): string {
  const packaged = /\/node_modules\/(.*)$/.exec(url);
  return packaged?.[1] ?? /\/dist\/(.*)$/.exec(url)?.[1] ?? url.replace(/^file:.*\//, "");
}

/** The sums of several profiles. */
export function together(all: readonly (readonly Cost[])[]): Cost[] {
  const sums = new Map<string, number>();
  for (const costs of all) for (const { name, us } of costs) sums.set(name, (sums.get(name) ?? 0) + us);
  return [...sums].map(([name, us]) => ({ name, us })).sort((a, b) => b.us - a.us);
}
