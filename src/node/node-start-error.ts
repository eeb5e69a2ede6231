/** The node cannot start on this folder. The message says why and what to do. */
export class NodeStartError extends Error {
  override readonly name = "NodeStartError";
}
