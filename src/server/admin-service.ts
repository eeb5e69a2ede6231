/** AdminService over a node: its state, its lag, its hints, its digest. */
import type { NodeApi } from "../node/index.js";
import type { admin } from "../wire/index.js";
import { listConflicts } from "./conflict-listing.js";
import { internalFailure } from "./failure.js";
import { repairCall } from "./repair-call.js";
import type { Identity } from "./reply-header.js";
import { type CallsInFlight, type RequestObserver, type UnaryWork, unaryCall } from "./unary-call.js";

/** What the service needs of a node. */
type AdminNode = Pick<
  NodeApi,
  "layout" | "status" | "lag" | "hints" | "digest" | "removeMember" | "repair" | "conflicts"
>;

export interface AdminServiceParts {
  readonly node: AdminNode;
  readonly identity: Identity;
  /** Of the package. */
  readonly version: string;
  readonly calls: CallsInFlight;
  readonly observe: RequestObserver;
}

/** The handlers to register with a gRPC server. */
export function adminServiceHandlers(parts: AdminServiceParts): admin.AdminServiceHandlers {
  const { node, identity } = parts;
  const startedAt = performance.now();
  const unary = <Request, Reply extends object>(method: string, work: UnaryWork<Request, Reply>) =>
    unaryCall(method, parts.calls, parts.observe, work);
  return {
    GetStatus: unary<admin.GetStatusRequest__Output, admin.GetStatusResponse>(
      "GetStatus",
      (_request, _remainingMs, answer) => {
        const { state, peers, purgeBlockers, reclaimBlockers, ...status } = node.status();
        answer({
          ...status,
          ...identity,
          clusterId: node.layout.clusterId,
          version: parts.version,
          state: `NODE_STATE_${state}`,
          uptimeMs: Math.round(performance.now() - startedAt),
          purgeBlockers: purgeBlockers.map(wholeMs),
          reclaimBlockers: reclaimBlockers.map(wholeMs),
          peers: peers.map((peer) => ({ ...peer, lastHeardMs: Math.round(peer.lastHeardMs) })),
        });
      },
    ),
    GetLag: unary<admin.GetLagRequest__Output, admin.GetLagResponse>(
      "GetLag",
      (_request, _remainingMs, answer) => {
        const { peers, regions } = node.lag();
        answer({ nodeId: identity.nodeId, peers: [...peers], regions: [...regions] });
      },
    ),
    GetDigest: unary<admin.GetDigestRequest__Output, admin.GetDigestResponse>(
      "GetDigest",
      (request, _remainingMs, answer) => {
        node.digest((error, report) => {
          if (report === undefined) {
            answer(internalFailure(error ?? "the digest is missing"));
            return;
          }
          const partitions = request.isSummaryOnly ? {} : Object.fromEntries(report.partitions);
          answer({ nodeId: identity.nodeId, partitions, all: report.all, rows: report.rows });
        });
      },
    ),
    ListHints: unary<admin.ListHintsRequest__Output, admin.ListHintsResponse>(
      "ListHints",
      (_request, _remainingMs, answer) => {
        answer({
          peers: node.hints().map((peer) => ({ ...peer, oldestAgeMs: Math.round(peer.oldestAgeMs) })),
        });
      },
    ),
    ListConflicts: unary<admin.ListConflictsRequest__Output, admin.ListConflictsResponse>(
      "ListConflicts",
      (request, _remainingMs, answer) => answer(listConflicts(node, request)),
    ),
    RemoveMember: unary<admin.RemoveMemberRequest__Output, admin.RemoveMemberResponse>(
      "RemoveMember",
      (request, _remainingMs, answer) => {
        node.removeMember(request.nodeId, (outcome) =>
          answer(outcome.kind === "failed" ? outcome : { layoutVersion: outcome.layoutVersion }),
        );
      },
    ),
    Repair: repairCall(node, parts.observe),
  };
}

function wholeMs<Blocker extends { readonly blockingMs: number }>(blocker: Blocker): Blocker {
  return { ...blocker, blockingMs: Math.round(blocker.blockingMs) };
}
