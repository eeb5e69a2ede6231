/** Conflicts as `atoll admin conflicts` shows them: both sides of each, and their values when they were asked for. */
import { hlcWallMs } from "../causality/index.js";
import { autoCodec, type Conflict, type ConflictSide } from "../client/index.js";
import { showValue, textOrBytes, toJson } from "./json-value.js";
import { formatPath } from "./map-path-text.js";
import { type Column, tableLines, wholeNumber } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "BUCKET" },
  { title: "KEY" },
  { title: "" },
  { title: "REGION" },
  { title: "WRITTEN" },
  { title: "BYTES", align: "right" },
];
/** Longer values are cut here; `--json` has all that there is. */
const SHOWN_CHARACTERS = 200;
const LOGICAL_BITS = 0xffffn;

/** Two lines for each: the write that was kept, and below it the one that was discarded. */
export function conflictsText(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 0)
    return 'no conflicts; a node keeps those of buckets with "conflict_log: true" in its configuration';
  const hasValues = conflicts.some(({ kept, discarded }) => isWithValue(kept) || isWithValue(discarded));
  const rows = conflicts.flatMap((conflict) => [
    [conflict.bucket, placeText(conflict), "kept", ...sideCells(conflict.kept, hasValues)],
    ["", "", "discarded", ...sideCells(conflict.discarded, hasValues)],
  ]);
  return tableLines(hasValues ? [...COLUMNS, { title: "VALUE" }] : COLUMNS, rows).join("\n");
}

export function conflictDocument({ bucket, key, path, notedAtMs, kept, discarded }: Conflict): object {
  return {
    bucket,
    key: toJson(textOrBytes(key)),
    path: path.map((step) => toJson(textOrBytes(step))),
    notedAt: new Date(notedAtMs).toISOString(),
    kept: sideDocument(kept),
    discarded: sideDocument(discarded),
  };
}

function sideDocument(side: ConflictSide): object {
  const { data, dot, encoding, hlc, isDelete, region, sizeBytes } = side;
  return {
    region: region ?? null,
    dot,
    hlc: hlc.toString(),
    writtenAt: writtenAt(side),
    logical: Number(hlc & LOGICAL_BITS),
    deleted: isDelete,
    sizeBytes,
    ...(data === undefined ? {} : { encoding, value: toJson(decoded(data, side)) }),
  };
}

function sideCells(side: ConflictSide, hasValues: boolean): string[] {
  const { data, hlc, isDelete, region, sizeBytes } = side;
  const cells = [
    region ?? "(removed)",
    `${writtenAt(side)}+${hlc & LOGICAL_BITS}`,
    isDelete ? "deleted" : wholeNumber(sizeBytes),
  ];
  return hasValues ? [...cells, data === undefined ? "" : valueText(data, side)] : cells;
}

function valueText(data: Uint8Array, side: ConflictSide): string {
  const isCut = data.length < side.sizeBytes;
  const isText = side.encoding === "text" || side.encoding === "json";
  const text = showValue(isCut && isText ? Buffer.from(data).toString() : decoded(data, side));
  const line = text.slice(0, SHOWN_CHARACTERS).replace(/\p{Cc}/gu, " ");
  return isCut || text.length > SHOWN_CHARACTERS ? `${line}…` : line;
}

/** What is left of one that was cut off, or is not what its encoding says, is bytes. */
function decoded(data: Uint8Array, { encoding, sizeBytes }: ConflictSide): unknown {
  if (data.length < sizeBytes) return data;
  try {
    return autoCodec<unknown>().decode({ data, encoding });
  } catch {
    return data;
  }
}

function isWithValue({ data }: ConflictSide): boolean {
  return data !== undefined;
}

function placeText({ key, path }: Conflict): string {
  const name = showValue(textOrBytes(key)).replace(/\p{Cc}/gu, " ");
  return path.length === 0 ? name : `${name} ${formatPath(path.map((step) => Buffer.from(step).toString()))}`;
}

function writtenAt({ hlc }: ConflictSide): string {
  return new Date(hlcWallMs(hlc)).toISOString();
}
