/** A layout, or a change of one, that cannot be: the message names what is wrong and what would be right. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}
