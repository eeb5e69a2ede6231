/**
 * The tables of docs/data-types.md as cases: what all replicas had, what two clients then did at once, and what it becomes.
 * A cell may name several operations, one after the other (`a; b`), or several that come to the same (`a` or `b`).
 */
import { readFileSync } from "node:fs";
import { DataType } from "../../../src/crdt/index.js";
import type { Action, Operation } from "../../../src/replication/index.js";

export type Place = "here" | "there" | "elsewhere";

/** One thing that a client does. */
export interface Deed {
  readonly at: Place;
  readonly words: readonly string[];
  readonly isWithContext: boolean;
}

export interface Case {
  readonly typed: keyof typeof DataType;
  readonly title: string;
  readonly before: readonly Deed[];
  readonly here: readonly Deed[];
  readonly there: readonly Deed[];
  /** Once both are everywhere. */
  readonly afterwards: readonly Deed[];
  /** `here` has the lower stamp; otherwise either may come first. */
  readonly isStamped: boolean;
  /** What `there` did is everywhere after `here` read, and before it writes. */
  readonly isRead: boolean;
  readonly becomes: string;
}

type Column = "before" | "here" | "there" | "afterwards" | "becomes";

const COLUMNS = new Map<string, Column>([
  ["before", "before"],
  ["here", "here"],
  ["there", "there"],
  ["lower stamp", "here"],
  ["higher stamp", "there"],
  ["after the read", "there"],
  ["then, with its context", "here"],
  ["then", "afterwards"],
  ["becomes", "becomes"],
]);

/** Every row of every table under a heading that is a type's name. */
export function documentedCases(): Case[] {
  const page = readFileSync(new URL("../../../docs/data-types.md", import.meta.url), "utf8");
  return page.split(/^## /m).flatMap((section) => {
    const typed = Object.keys(DataType).find((name) => section.startsWith(`\`${name}\`\n`));
    return isTyped(typed) ? section.split(/\n\n+/).flatMap((block) => casesOf(typed, block)) : [];
  });
}

function isTyped(name: string | undefined): name is keyof typeof DataType {
  return name !== undefined && name in DataType;
}

function casesOf(typed: keyof typeof DataType, block: string): Case[] {
  const [header, , ...rows] = block
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1));
  if (header === undefined) return [];
  const names = header.map((name) => name.trim());
  return rows.flatMap((row) => {
    const cells: Partial<Record<Column, string>> = {};
    for (const [at, cell] of row.entries()) {
      const column = COLUMNS.get(names[at] ?? "");
      if (column === undefined) throw new Error(`a table of ${typed} has a column "${names[at]}"`);
      cells[column] = cell.trim();
    }
    const becomes = alternatives(cells.becomes)[0] ?? "";
    return alternatives(cells.here).flatMap((here) =>
      alternatives(cells.there).map((there): Case => {
        const before = alternatives(cells.before)[0] ?? "";
        const afterwards = alternatives(cells.afterwards)[0] ?? "";
        return {
          typed,
          title: [
            before || "nothing",
            `${here} ‖ ${there}`,
            ...(afterwards ? [afterwards] : []),
            becomes,
          ].join(" → "),
          before: deedsOf(before, "elsewhere"),
          here: deedsOf(here, "here"),
          there: deedsOf(there, "there"),
          afterwards: deedsOf(afterwards, "elsewhere"),
          isStamped: names.includes("lower stamp"),
          isRead: names.includes("after the read"),
          becomes,
        };
      }),
    );
  });
}

/** The texts of a cell that are set as code. */
function alternatives(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");
}

/** Deeds that are written `one; other`, as in a cell. */
export function deedsOf(text: string, at: Place): Deed[] {
  return text
    .split("; ")
    .filter((deed) => deed !== "")
    .map((deed) => {
      const place = /^(here|there): /.exec(deed)?.[1];
      const words = deed.replace(/^\w+: /, "").replace(/ with context$/, "");
      return {
        at: place === "here" || place === "there" ? place : at,
        words: words.split(" "),
        isWithContext: deed.endsWith(" with context"),
      };
    });
}

/** @param context of what its client read, for a deed that takes one along */
export function operationOf(
  typed: keyof typeof DataType,
  key: string,
  deed: Deed,
  context: Buffer,
): Operation {
  const address = { type: DataType[typed], bucket: "b", key: Buffer.from(key) };
  const [verb, ...rest] = deed.words;
  const read = deed.isWithContext ? context : Buffer.alloc(0);
  if (verb === "delete") return { kind: "delete", address, context: read };
  if (typed === "register" || typed === "multi") {
    if (verb !== "put") throw new Error(`a ${typed} has no ${verb}`);
    const value = { data: Buffer.from(rest.join(" ")), encoding: 1 } as const;
    return { kind: "put", address, value, context: read, condition: undefined };
  }
  const [step, ...args] = typed === "map" ? rest : ["", ...rest];
  const path = step === undefined || step === "" ? [] : step.split("/").map((part) => Buffer.from(part));
  return { kind: "update", address, changes: [{ path, action: actionOf(verb, args) }] };
}

function actionOf(verb: string | undefined, args: readonly string[]): Action {
  const members = args.map((member) => Buffer.from(member));
  switch (verb) {
    case "counter_add":
      return { kind: "increment", amount: Number(args[0]) };
    case "flag_set":
      return { kind: "set-flag", isEnabled: args[0] === "true" };
    case "set_add":
      return { kind: "add-members", members };
    case "set_remove":
      return { kind: "remove-members", members };
    case "put":
      return { kind: "assign", value: { data: Buffer.from(args.join(" ")), encoding: 1 } };
    case "clear":
      return { kind: "clear" };
    default:
      throw new Error(`no action is called ${verb}`);
  }
}

/** The kind of a deed, for counting which pairs there are: what it does, and of a map's clear how far above. */
export function kindOf({ words: [verb, ...args], isWithContext }: Deed, typed: Case["typed"]): string {
  if (isWithContext) return `${verb} with context`;
  if (verb === "flag_set") return `flag_set ${args.at(-1)}`;
  if (typed !== "map" || verb !== "clear") return verb ?? "";
  const depth = args[0]?.split("/").length ?? 0;
  return ["clear all", "clear above", "clear field"][depth] ?? "";
}
