/**
 * Checks MessagePack before it is decoded. A stored value may come from anyone who can reach the cluster, and the
 * decoder trusts its input: it recurses without a limit, and some of its extensions define classes, point into other
 * values or compile readers. So a value is walked once, without recursion, and refused unless it is one whole value, no
 * deeper than `DEPTH_MAX`, of standard MessagePack: the only extensions are timestamps and the encoder's own
 * `undefined` and large integers.
 */
export const DEPTH_MAX = 128;

const EXTENSION_TIMESTAMP = 0xff;
const EXTENSION_UNDEFINED = 0x00;
const EXTENSION_BIG_INTEGER = 0x42;
/** A large integer is decoded in time that grows with the square of its length. */
const BIG_INTEGER_BYTES_MAX = 4096;

/** How one header byte goes on: so many bytes of length, then a payload or so many values. */
type Form =
  | { readonly kind: "payload"; readonly lengthBytes: number; readonly bytes: number }
  | { readonly kind: "extension"; readonly lengthBytes: number; readonly bytes: number }
  | { readonly kind: "values"; readonly lengthBytes: number; readonly values: number; readonly each: 1 | 2 };

const payload = (lengthBytes: number, bytes: number): Form => ({ kind: "payload", lengthBytes, bytes });
const extension = (lengthBytes: number, bytes: number): Form => ({ kind: "extension", lengthBytes, bytes });
const values = (lengthBytes: number, count: number, each: 1 | 2): Form => ({
  kind: "values",
  lengthBytes,
  values: count,
  each,
});

/** The forms of 0xc0 to 0xdf, in order; 0xc1 is never used. */
const FORMS: readonly (Form | undefined)[] = [
  ...[payload(0, 0), undefined, payload(0, 0), payload(0, 0)],
  ...[payload(1, 0), payload(2, 0), payload(4, 0)],
  ...[extension(1, 0), extension(2, 0), extension(4, 0)],
  ...[payload(0, 4), payload(0, 8)],
  ...[payload(0, 1), payload(0, 2), payload(0, 4), payload(0, 8)],
  ...[payload(0, 1), payload(0, 2), payload(0, 4), payload(0, 8)],
  ...[extension(0, 1), extension(0, 2), extension(0, 4), extension(0, 8), extension(0, 16)],
  ...[payload(1, 0), payload(2, 0), payload(4, 0)],
  ...[values(2, 0, 1), values(4, 0, 1)],
  ...[values(2, 0, 2), values(4, 0, 2)],
];

const SCALAR = payload(0, 0);

function formOf(header: number): Form | undefined {
  if (header < 0x80 || header >= 0xe0) return SCALAR;
  if (header < 0x90) return values(0, header & 0x0f, 2);
  if (header < 0xa0) return values(0, header & 0x0f, 1);
  if (header < 0xc0) return payload(0, header & 0x1f);
  return FORMS[header - 0xc0];
}

/** What is wrong with these bytes as one MessagePack value; undefined when nothing is. */
export function msgpackFault(data: Uint8Array): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  /** For each open array or map, how many values are still to come. */
  const open: number[] = [1];
  let at = 0;
  for (;;) {
    let depth = open.length - 1;
    while (depth >= 0 && open[depth] === 0) {
      open.pop();
      depth -= 1;
    }
    if (depth < 0) return at === data.length ? undefined : `${data.length - at} bytes follow the value`;
    open[depth] = (open[depth] ?? 0) - 1;
    if (at >= data.length) return "it ends in the middle of a value";

    const header = view.getUint8(at);
    at += 1;
    const form = formOf(header);
    if (form === undefined) return `byte ${at - 1} is 0x${header.toString(16)}, which starts no value`;
    if (at + form.lengthBytes > data.length) return "it ends in the middle of a length";
    const length = unsigned(view, at, form.lengthBytes);
    at += form.lengthBytes;

    if (form.kind === "values") {
      const children = (form.values + length) * form.each;
      // Each value takes a byte at least, so a lying length is refused before anything is allocated for it.
      if (children > data.length - at) return "it ends in the middle of an array or map";
      if (open.length > DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX}`;
      open.push(children);
      continue;
    }
    let bytes = form.bytes + length;
    if (form.kind === "extension") {
      if (at >= data.length) return "it ends in the middle of an extension";
      const fault = extensionFault(view.getUint8(at), bytes);
      if (fault !== undefined) return fault;
      bytes += 1;
    }
    if (bytes > data.length - at) return "it ends in the middle of a value";
    at += bytes;
  }
}

function unsigned(view: DataView, at: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at) : view.getUint32(at);
}

function extensionFault(type: number, bytes: number): string | undefined {
  switch (type) {
    case EXTENSION_TIMESTAMP:
      return bytes === 4 || bytes === 8 || bytes === 12 ? undefined : `a timestamp of ${bytes} bytes`;
    case EXTENSION_UNDEFINED:
      return bytes === 1 ? undefined : `an undefined of ${bytes} bytes`;
    case EXTENSION_BIG_INTEGER:
      return bytes > 0 && bytes <= BIG_INTEGER_BYTES_MAX ? undefined : `an integer of ${bytes} bytes`;
    default:
      return `extension type 0x${type.toString(16)} is not allowed`;
  }
}
