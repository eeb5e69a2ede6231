/** The stream of a repair: its progress as fast as the client reads, then its outcome. It ends when the client goes. */
import type { handleServerStreamingCall } from "@grpc/grpc-js";
import type { NodeApi } from "../node/index.js";
import type { admin } from "../wire/index.js";
import { toStatus } from "./failure.js";
import type { RequestObserver } from "./unary-call.js";

export function repairCall(
  node: Pick<NodeApi, "repair">,
  observe: RequestObserver,
): handleServerStreamingCall<admin.RepairRequest__Output, admin.RepairResponse> {
  return (call) => {
    const startedAt = performance.now();
    let isOver = false;
    const end = (outcome: string): void => {
      isOver = true;
      observe("Repair", outcome, (performance.now() - startedAt) / 1_000);
    };
    const cancel = node.repair(call.request.isFull, (step) => {
      if (isOver) return;
      if (step.kind === "failed") {
        end(step.reason.toLowerCase());
        call.emit("error", toStatus(step));
        return;
      }
      // Progress that nobody reads is not worth keeping; the outcome is.
      if (step.kind === "progress" && call.writableNeedDrain) return;
      call.write({ ...step.progress, nodesMissed: [...step.progress.nodesMissed] });
      if (step.kind === "progress") return;
      end("ok");
      call.end();
    });
    // A stream that ended well says so, too.
    call.on("cancelled", () => {
      if (isOver) return;
      end("cancelled");
      cancel();
    });
  };
}
