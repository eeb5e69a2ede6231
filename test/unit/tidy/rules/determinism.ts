/**
 * The deterministic parts read the world only through their runtime, and are driven by callbacks: then a seed replays
 * a run exactly. The linter bans the same globals where it can; this one also knows members, syntax and packages.
 */
import { maskCode } from "./code-mask.js";
import { type Finding, lineAt, type Sources } from "./finding.js";
import { scanModule } from "./module-scan.js";
import { DETERMINISTIC_PARTS, isProductCode, partOf } from "./places.js";

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
}

const CLOCK = "use the runtime's Clock";
const TIMERS = "use the runtime's Timers";
const RANDOM = "use the runtime's Random";
const CALLBACKS = "the core is driven by callbacks";
const SAME_EVERYWHERE = "its result depends on the machine";

/** `await` needs no ban beside `async`: at the top of a module it only waits for a dependency to load. */
const BANS: readonly Ban[] = [
  { pattern: /(?<![.#\w$])Date\b/g, instead: CLOCK },
  { pattern: /(?<![.#\w$])performance\s*[.[]/g, instead: CLOCK },
  { pattern: /(?<![\w$])Math\s*\.\s*random\b/g, instead: RANDOM },
  { pattern: /(?<![.#\w$])crypto\s*[.[]/g, instead: RANDOM },
  { pattern: /(?<![.#\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, instead: TIMERS },
  { pattern: /(?<![.#\w$])process\s*[.[]/g, instead: "take it as a setting" },
  { pattern: /(?<![.#\w$])globalThis\b/g, instead: "no way around the other bans" },
  {
    pattern: /(?<![.#\w$])(?:WeakRef|FinalizationRegistry)\b/g,
    instead: "the collector's timing is not replayed",
  },
  { pattern: /(?<![.#\w$])async\b(?!\s*[:,;)=?}])/g, instead: CALLBACKS },
  { pattern: /(?<![.#\w$])Promise\b/g, instead: CALLBACKS },
  { pattern: /\.\s*(?:localeCompare|toLocale\w+)\b/g, instead: SAME_EVERYWHERE },
  { pattern: /(?<![.#\w$])Intl\b/g, instead: SAME_EVERYWHERE },
];

/** The only things from outside the repository that the core computes with. */
const PURE_PACKAGES = [
  "node:buffer",
  "node:zlib",
  "@node-rs/crc32",
  "hdr-histogram-js",
  "msgpackr",
  "xxhash-wasm",
];

export function determinism(sources: Sources): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    if (!isProductCode(path) || !DETERMINISTIC_PARTS.includes(partOf(path))) continue;
    const complain = (line: number, message: string) =>
      findings.push({ path, line, rule: "determinism", message });
    const { codeOnly } = maskCode(text);
    for (const { pattern, instead } of BANS) {
      for (const match of codeOnly.matchAll(pattern)) {
        if (declares(codeOnly, match[0])) continue;
        complain(lineAt(text, match.index), `"${match[0].trim()}" is banned here: ${instead}`);
      }
    }
    for (const { specifier, line } of scanModule(text).imports) {
      if (specifier.startsWith(".") || PURE_PACKAGES.includes(specifier)) continue;
      complain(line, `"${specifier}" is banned here: ask the runtime (pure: ${PURE_PACKAGES.join(", ")})`);
    }
  }
  return findings;
}

/** Whether the file gives the word a meaning of its own, such as a parameter `process`. The linter knows where. */
function declares(code: string, match: string): boolean {
  const name = /^\w+/.exec(match)?.[0];
  if (name === undefined) return false;
  return new RegExp(`(?:(?:const|let)\\s+|[(,]\\s*)${name}\\s*[:=]`).test(code);
}
