/** The quarantine files of a data folder, as a removed node leaves them there; the server's `quarantine-file.ts` writes them. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { failed } from "./failure.js";
import { openLines, textLines } from "./text-lines.js";

const NAME = /^quarantine(?:-(\d{1,9}))?\.jsonl$/;

const common = {
  node: z.string(),
  partition: z.number(),
  bucket: z.string(),
  /** Undefined: the key is no text, and `keyHex` has its bytes. */
  key: z.string().optional(),
  keyHex: z.string().optional(),
  type: z.string(),
  dot: z.string(),
  stamp: z.string(),
  writtenAt: z.string(),
};

const Line = z.discriminatedUnion("state", [
  z.object({
    ...common,
    state: z.literal("value"),
    encoding: z.enum(["bytes", "text", "msgpack", "json"]),
    data: z.base64(),
  }),
  z.object({ ...common, state: z.enum(["deleted", "damaged"]) }),
]);

type QuarantinedWrite = z.infer<typeof Line>;

/** Oldest first. Throws `CommandFailure` when there is none. */
export async function quarantineFiles(folder: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw failed(`cannot read ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const numbered = names.flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [{ name, number: Number(match[1] ?? 1) }];
  });
  if (numbered.length === 0)
    throw failed(
      `${folder} has no quarantine file`,
      "A node that was removed from its cluster leaves one in its data folder, if it has writes that no other has.",
    );
  return numbered.sort((a, b) => a.number - b.number).map(({ name }) => join(folder, name));
}

/** Throws `CommandFailure` at the first line that is none. */
export async function* quarantinedWrites(file: string): AsyncGenerator<QuarantinedWrite> {
  for await (const { number, content } of textLines((await openLines(file)).chunks)) {
    const fault = (why: string) => failed(`${file}, line ${number}: ${why}; the file is damaged`);
    if ("fault" in content) throw fault(content.fault);
    let parsed: unknown;
    try {
      parsed = JSON.parse(content.text);
    } catch {
      throw fault("is not JSON");
    }
    const line = Line.safeParse(parsed);
    if (!line.success) throw fault(z.prettifyError(line.error));
    yield line.data;
  }
}
