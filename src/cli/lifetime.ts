/** `--ttl`: how long what a command writes lasts. */
import { type Command, InvalidArgumentError } from "commander";
import type { Lifetime } from "../client/index.js";

export interface LifetimeOptions {
  readonly ttl?: number | "never";
}

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: DAY_MS,
};
const TTL_MS_MAX = 2 ** 52;

export function addTtlOption(command: Command): Command {
  return command.option(
    "--ttl <DURATION>",
    'how long it lasts: 500ms, 30s, 15m, 12h, 7d, or "never"; without it, what the servers hold for the bucket',
    parseTtl,
  );
}

export function lifetimeOf({ ttl }: LifetimeOptions): Lifetime {
  return ttl === undefined ? {} : { ttlMs: ttl };
}

/** Milliseconds. */
export function parseTtl(text: string): number | "never" {
  if (text === "never") return text;
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const ttlMs = Math.round(Number(number) * (UNIT_MS[unit] ?? Number.NaN));
  if (number === "" || Number.isNaN(ttlMs))
    throw new InvalidArgumentError('Use a number and a unit, like 500ms, 30s, 15m, 12h or 7d, or "never".');
  if (ttlMs >= 1 && ttlMs <= TTL_MS_MAX) return ttlMs;
  throw new InvalidArgumentError(`Use 1ms to ${Math.floor(TTL_MS_MAX / DAY_MS)}d (2^52 ms), or "never".`);
}
