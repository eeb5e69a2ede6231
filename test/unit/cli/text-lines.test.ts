import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TextLine, textLines } from "../../../src/cli/text-lines.js";

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function linesOf(text: string | Uint8Array, sizes: readonly number[] = [], bytesMax?: number) {
  const lines: TextLine[] = [];
  for await (const line of textLines(pieces(Buffer.from(text), sizes), bytesMax)) lines.push(line);
  return lines;
}

const textOf = ({ content }: TextLine) => ("text" in content ? content.text : content);

describe("lines of a file", () => {
  it("are the same however the file is cut into pieces", async () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, "é"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.array(fc.nat(7)),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        async (texts, sizes, end, isEnded) => {
          const file = texts.join(end) + (isEnded ? end : "");
          const read = await linesOf(file, sizes);
          const wanted = isEnded || texts.at(-1) !== "" ? texts : texts.slice(0, -1);
          expect(read.map(textOf)).toEqual(wanted);
          expect(read.map(({ number }) => number)).toEqual(wanted.map((_text, at) => at + 1));
          if (read.length > 0) expect(read.at(-1)?.endBytes).toBe(Buffer.byteLength(file));
        },
      ),
    );
  });

  it("say how much of the file is behind them", async () => {
    expect((await linesOf("ab\nc\n\nd", [1])).map(({ endBytes }) => endBytes)).toEqual([3, 5, 6, 7]);
  });

  it("are none in an empty file", async () => {
    expect(await linesOf("")).toEqual([]);
  });

  it("go on after one that is not UTF-8", async () => {
    const read = await linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62]), [3]);
    expect(read.map(textOf)).toEqual(["a", { fault: "is not UTF-8" }, "b"]);
  });

  it("go on after one that is too long, without keeping it", async () => {
    const read = await linesOf(`${"x".repeat(10)}\n12345\n123456\nok`, [3, 4, 5], 5);
    expect(read.map(textOf)).toEqual([
      { fault: "has 10 bytes; the limit is 5" },
      "12345",
      { fault: "has 6 bytes; the limit is 5" },
      "ok",
    ]);
  });

  it("begin after a byte order mark, and only there", async () => {
    expect((await linesOf("\uFEFFa\n\uFEFFb")).map(textOf)).toEqual(["a", "\uFEFFb"]);
  });
});
