/** `atoll set`: members, each added and removed by itself. */
import { Command } from "commander";
import type { AtollSet, Buckets } from "../client/index.js";
import {
  type DataOptions,
  KEY,
  type LastingFlags,
  lastingOptions,
  lastingVerb,
  perform,
  readVerb,
  shownValue,
  shownWithExpiry,
  shownWrite,
  updateOptions,
  type WriteOptions,
  writeVerb,
} from "./data-command.js";
import { showValue, textOrBytes, toJson } from "./json-value.js";

const MEMBERS = ["<MEMBER...>", "members, as text"] as const;

export function setCommand(): Command {
  const command = new Command("set").description("Add members to sets, remove them, and list them.");

  lastingVerb(command, "add", "Add members, all together.")
    .argument(...KEY)
    .argument(...MEMBERS)
    .action((key: string, members: string[], options: LastingFlags) =>
      perform(options, async (buckets) => {
        const set = buckets.set(options.bucket);
        return shownWrite("added", await set.add(key, members, lastingOptions(options)));
      }),
    );

  writeVerb(command, "remove", "Remove members, all together. Removing what is not there succeeds.")
    .argument(...KEY)
    .argument(...MEMBERS)
    .action((key: string, members: string[], options: WriteOptions) =>
      perform(options, async (buckets) => {
        const set = buckets.set(options.bucket);
        return shownWrite("removed", await set.remove(key, members, updateOptions(options)));
      }),
    );

  readVerb(command, "members", "Print the members in order, one a line. With --json: {members}.")
    .argument(...KEY)
    .addHelpText("after", '\nMembers that are not UTF-8 are shown as {"$bytes": "<base64>"}.')
    .action((key: string, options: DataOptions) =>
      perform(options, async (buckets) => shownMembers(await allMembers(bytesOf(buckets, options), key))),
    );

  readVerb(command, "has", "Print true if this is a member, else false. With --json: {value, expiresAt}.")
    .argument(...KEY)
    .argument("<MEMBER>", "a member, as text")
    .action((key: string, member: string, options: DataOptions) =>
      perform(options, async (buckets) =>
        shownWithExpiry(await buckets.set(options.bucket).hasWithExpiry(key, member)),
      ),
    );

  readVerb(command, "size", "Print how many members there are. With --json: {value}.")
    .argument(...KEY)
    .action((key: string, options: DataOptions) =>
      perform(options, async (buckets) => shownValue(await buckets.set(options.bucket).size(key))),
    );

  writeVerb(command, "clear", "Remove all members.")
    .argument(...KEY)
    .action((key: string, options: WriteOptions) =>
      perform(options, async (buckets) => {
        const set = buckets.set(options.bucket);
        return shownWrite("cleared", await set.clear(key, updateOptions(options)));
      }),
    );
  return command;
}

function bytesOf(buckets: Buckets, { bucket }: DataOptions): AtollSet<Uint8Array> {
  return buckets.set(bucket, { members: "bytes" });
}

/** The most that the server gives at once. */
const PAGE_SIZE = 1_000;

async function allMembers(set: AtollSet<Uint8Array>, key: string): Promise<(string | Uint8Array)[]> {
  const members: (string | Uint8Array)[] = [];
  for await (const member of set.members(key, { pageSize: PAGE_SIZE })) members.push(textOrBytes(member));
  return members;
}

function shownMembers(members: readonly (string | Uint8Array)[]) {
  return {
    document: { members: members.map(toJson) },
    text: members.map((member) => `${showValue(member)}\n`).join(""),
  };
}
