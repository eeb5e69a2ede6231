/** `--ttl`: how long what a command writes lasts. */
import { type Command, InvalidArgumentError } from "commander";
import type { LastingOptions } from "../client/index.js";

export interface LifetimeOptions {
  readonly ttl?: number | "never";
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const TTL_MS_MAX = 2 ** 52;

export function addTtlOption(command: Command): Command {
  return command.option(
    "--ttl <DURATION>",
    'how long it lasts: 500ms, 30s, 15m, 12h, 7d, or "never"; without it, what the servers hold for the bucket',
    parseTtl,
  );
}

export function lifetimeOf({ ttl }: LifetimeOptions): Pick<LastingOptions, "ttlMs"> {
  return ttl === undefined ? {} : { ttlMs: ttl };
}

/** Milliseconds. */
export function parseTtl(text: string): number | "never" {
  if (text === "never") return text;
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const ttlMs = Math.round(Number(number) * (UNIT_MS[unit] ?? Number.NaN));
  if (number !== "" && ttlMs >= 1 && ttlMs <= TTL_MS_MAX) return ttlMs;
  throw new InvalidArgumentError('Use a number and a unit, like 500ms, 30s, 15m, 12h or 7d, or "never".');
}
