/** Scans as fake nodes serve them: rows of the shared store, page by page, and a way to end badly in the middle. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { kv } from "../../../src/wire/index.js";

/** Small, so that whoever reads a few rows reads pages. */
const PAGE_SIZE_DEFAULT = 2;

export type ScanStream = ServerWritableStream<kv.ScanRequest__Output, kv.ScanResponse>;

/** The rows of a scan in order, behind its page token. */
export function scannedRows(all: readonly kv.ScanRow[], request: kv.ScanRequest__Output): kv.ScanRow[] {
  const { end, isKeysOnly, isReverse, pageToken, prefix, start } = request;
  const keyOf = ({ key }: kv.ScanRow): Buffer => Buffer.from(key ?? "");
  const inside = all.filter((row) => {
    const key = keyOf(row);
    const isBehind = isReverse ? Buffer.compare(key, pageToken) < 0 : Buffer.compare(key, pageToken) > 0;
    return (
      key.subarray(0, prefix.length).equals(prefix) &&
      Buffer.compare(key, start) >= 0 &&
      (end.length === 0 || Buffer.compare(key, end) < 0) &&
      (pageToken.length === 0 || isBehind)
    );
  });
  const ordered = inside.sort((a, b) => Buffer.compare(keyOf(a), keyOf(b)));
  const rows = isReverse ? ordered.reverse() : ordered;
  return isKeysOnly ? rows.map(({ key }) => ({ key: key ?? "" })) : rows;
}

/** The pages of rows, as the server cuts them: the last has no token, and may be empty. */
export function* scannedPages(
  rows: readonly kv.ScanRow[],
  { limit, pageSize }: kv.ScanRequest__Output,
): Generator<kv.ScanResponse> {
  const wanted = limit === 0 ? rows.length + 1 : limit;
  const size = pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize;
  for (let from = 0; from < wanted; from += size) {
    const page = rows.slice(from, Math.min(from + size, wanted));
    const isEnd = page.length < Math.min(size, wanted - from);
    yield { rows: page, nextPageToken: isEnd ? "" : (page.at(-1)?.key ?? "") };
    if (isEnd) return;
  }
}
