// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts to mask hold template literals
import { describe, expect, test } from "vitest";
import { maskCode } from "./rules/code-mask.js";

/** Blanks stand for what is masked; this makes them visible. */
const code = (text: string) => maskCode(text).codeOnly.replaceAll(" ", "_");

describe("maskCode", () => {
  test.each([
    ["a;// b\nc", "a;____\nc"],
    ["a/* b\nc */d", "a____\n____d"],
    ['x("a\\"b",y)', 'x("____",y)'],
    ["x('//',y)", "x('__',y)"],
    ["x(`a${b}c`)", "x(`_${b}_`)"],
    ["x(`a${`b${c}`}d`)", "x(`_${`_${c}`}_`)"],
    ["x(`${{a:1}}`,b)", "x(`${{a:1}}`,b)"],
    ["a/b/c", "a/b/c"],
    ["x(/a/,b)", "x(/_/,b)"],
    ["x=/[/'\"]/;y", "x=/_____/;y"],
    ["return/a/", "return/_/"],
    ["(a)/b/c", "(a)/b/c"],
    ["`a`/b/c", "`_`/b/c"],
    ["x(/a\\//,b)", "x(/___/,b)"],
    ["#!/bin/x\na", "________\na"],
    ["a//", "a__"],
    ["a/*", "a__"],
    ["a'b\nc", "a'_\nc"],
  ])("%j shows %j", (text, shown) => {
    expect(code(text).replace(/^_+$/, "")).toBe(shown.replace(/^_+$/, ""));
  });

  test("keeps every line and offset in place", () => {
    const text = "/* one\ntwo */ const a = `x\n${b} // c`; // d\nimport 'e';\n";
    const { codeOnly, withoutComments } = maskCode(text);
    for (const masked of [codeOnly, withoutComments]) {
      expect(masked.length).toBe(text.length);
      expect(masked.split("\n").map((line) => line.length)).toEqual(
        text.split("\n").map((line) => line.length),
      );
    }
  });

  test("can keep the strings and drop the comments alone", () => {
    expect(maskCode('a("b"); // c').withoutComments.trimEnd()).toBe('a("b");');
  });
});
