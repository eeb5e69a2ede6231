import { describe, expect, it } from "vitest";
import { decodeCall } from "../../../src/server/call.js";
import { DEFAULT_LIMITS } from "../../../src/server/limits.js";
import type { Layout } from "../../../src/topology/index.js";
import type { kv } from "../../../src/wire/index.js";
import { fakeLayout } from "./fake-node.js";

const NOTHING = Buffer.alloc(0);

/** What a node of this layout makes of a request for that cluster. */
function asked(clusterId: string, layout: Layout = fakeLayout(), sessionToken = NOTHING) {
  const options: kv.RequestOptions__Output = {
    ...{ clusterId, sessionToken, requestId: NOTHING, consistency: null, timeoutMs: 0 },
    ...{ isRetry: false, isSloppy: false },
  };
  return decodeCall(options, 1_000, { layout }, DEFAULT_LIMITS);
}

describe("a request", () => {
  it("is served by the cluster that it names, and by any when it names none", () => {
    expect(asked("test")).toHaveProperty("options");
    expect(asked("")).toHaveProperty("options");
    expect(decodeCall(null, 1_000, { layout: fakeLayout() }, DEFAULT_LIMITS)).toHaveProperty("options");
  });

  it("is refused by a node of another cluster, which says so before it looks at the rest", () => {
    expect(asked("other", fakeLayout(), Buffer.from("no token"))).toEqual({
      kind: "failed",
      reason: "WRONG_CLUSTER",
      message:
        'the request is for cluster "other", and this node is of cluster "test"; nothing was done: connect anew, and check the addresses',
      metadata: {},
    });
  });

  it("is told to wait by a node that does not know its cluster yet", () => {
    const unknown = { ...fakeLayout(), version: 0, clusterId: "" };
    expect(asked("test", unknown)).toMatchObject({ reason: "NOT_READY" });
    expect(asked("", unknown)).toHaveProperty("options");
  });
});
