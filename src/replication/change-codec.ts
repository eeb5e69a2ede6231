/** Bytes of the changes of a forwarded update. */
import { type ByteReader, type ByteWriter, CodecError } from "../codec/index.js";
import type { Action, Change } from "./operation.js";
import { readParts, readTtl, readValue, writeParts, writeTtl, writeValue } from "./value-codec.js";

/** path 1, lifetime 1, kind 1 */
export const CHANGE_BYTES_MIN = 3;

const KINDS = ["increment", "set-flag", "add-members", "remove-members", "assign", "clear"] as const;

export function writeChange(writer: ByteWriter, { path, action, ttlMs }: Change): void {
  writeParts(writer, path);
  writeTtl(writer, ttlMs);
  writer.uint8(KINDS.indexOf(action.kind));
  switch (action.kind) {
    case "increment":
      return writer.double(action.amount);
    case "set-flag":
      return writer.uint8(action.isEnabled ? 1 : 0);
    case "add-members":
    case "remove-members":
      return writeParts(writer, action.members);
    case "assign":
      return writeValue(writer, action.value);
    case "clear":
  }
}

/** Throws `CodecError`. */
export function readChange(reader: ByteReader): Change {
  const path = readParts(reader);
  const ttlMs = readTtl(reader);
  return { path, action: readAction(reader), ttlMs };
}

function readAction(reader: ByteReader): Action {
  const kind = KINDS[reader.uint8()];
  switch (kind) {
    case "increment": {
      const amount = reader.double();
      if (!Number.isSafeInteger(amount)) throw new CodecError("an increment is no exact whole number");
      return { kind, amount };
    }
    case "set-flag":
      return { kind, isEnabled: reader.uint8() === 1 };
    case "add-members":
    case "remove-members":
      return { kind, members: readParts(reader) };
    case "assign":
      return { kind, value: readValue(reader) };
    case "clear":
      return { kind };
    default:
      throw new CodecError("a change's kind is unknown");
  }
}
