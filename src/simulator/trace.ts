/**
 * The story of a run: a hash over every delivered frame, every batch on a disk and everything that clients and faults
 * did, and on demand the readable log. Two runs of one plan must have the same hash.
 */
import crc32 from "@node-rs/crc32";

export class Trace {
  /** Undefined: only the hash is wanted. */
  readonly lines: string[] | undefined;
  #checksum = 0;
  #mixed = 0x9e3779b9;

  constructor(isKept: boolean) {
    this.lines = isKept ? [] : undefined;
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    const part = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
    return part(this.#mixed) + part(this.#checksum);
  }

  bytes(from: number, to: number, bytes: Uint8Array, atMs: number): void {
    this.#checksum = crc32.crc32c(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), this.#checksum);
    this.#mix(this.#checksum);
    this.#mix(from * 65_536 + to);
    this.#mix(Math.floor(atMs * 1_000));
  }

  event(atMs: number, text: string): void {
    this.#checksum = crc32.crc32c(Buffer.from(text), this.#checksum);
    this.#mix(this.#checksum);
    this.#mix(Math.floor(atMs * 1_000));
    this.lines?.push(`${atMs.toFixed(1).padStart(9)} ${text}`);
  }

  /** Shown and not hashed: what nodes log follows from what is hashed. */
  note(line: () => string): void {
    this.lines?.push(line());
  }

  #mix(value: number): void {
    this.#mixed = Math.imul(this.#mixed ^ value, 0x01000193);
    this.#mixed ^= this.#mixed >>> 15;
  }
}
