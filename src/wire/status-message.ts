/**
 * Text that may travel as a gRPC status message. It goes out as an HTTP/2 header, so its length is bounded, and
 * through `encodeURI`, which throws on half a surrogate pair: unguarded, text that quotes a caller's input could take
 * the process down.
 */

/** Percent-encoding makes nine bytes out of a character at worst; header blocks of 16 KiB are accepted everywhere. */
const CHARACTERS_MAX = 1_000;

/** `text`, at most 1,000 characters of it, with what is not well-formed Unicode replaced by U+FFFD. */
export function statusMessage(text: string): string {
  const short = text.length <= CHARACTERS_MAX ? text : `${text.slice(0, CHARACTERS_MAX - 1)}…`;
  return Buffer.from(short, "utf8").toString("utf8");
}
