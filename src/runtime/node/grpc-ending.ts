/** How streams of the peer port end. */
import type { status } from "@grpc/grpc-js";

export interface Ending {
  readonly code: status;
  readonly reason: string;
}
