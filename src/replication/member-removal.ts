/**
 * Removing a dead member. The node asked makes the next layout, if that is safe as far as it can see: the member is not
 * there, and a majority of all others is, with the layout that this node has. So the two sides of a partition cannot
 * remove members of each other. What it cannot see is a member that lives and is cut off from this node alone: until the
 * others have the new layout, such a member may still take part in their quorums.
 */
import { encodeLayout, type Layout, LayoutError, removeMember } from "../topology/index.js";
import type { Environment } from "./environment.js";
import { badRequest, failure } from "./failures.js";
import type { Failure } from "./operation.js";
import type { Views } from "./views.js";

/** A layout travels to the peers in one message. */
const LAYOUT_BYTES_MAX = 4 * 1024 * 1024;

/** The layout without the member, or why there is none. */
export function layoutWithout(
  environment: Environment,
  views: Pick<Views, "hasOurLayout">,
  nodeId: string,
): { readonly kind: "next"; readonly layout: Layout } | Failure {
  const { liveness, self, view } = environment;
  const member = view.memberById(nodeId);
  const removal = view.removalOf(nodeId);
  if (member === undefined && removal !== undefined)
    return refused(`${nodeId} was removed by layout ${removal.layoutVersion}`);
  if (member === undefined) {
    const known = view.layout.members.map((each) => each.nodeId).join(", ");
    return badRequest("node_id", `${nodeId} is not a member; the members are ${known}`);
  }
  if (member === self) return refused(`node ${nodeId} cannot remove itself; ask another node`);
  if (liveness.isAlive(member.number))
    return refused(`node ${nodeId} is alive; stop it for good before you remove it`);
  const staying = view.layout.members.filter((each) => each !== member);
  const present = staying.filter((each) => liveness.isAlive(each.number));
  const astray = present.filter((each) => each !== self && !views.hasOurLayout(each.number));
  if (astray.length > 0)
    return refused(
      `${astray.map((each) => each.nodeId).join(", ")} has another layout than this node, or has not told yet; try again in some seconds`,
    );
  if (present.length * 2 <= staying.length)
    return refused(
      `this node reaches ${present.length} of the ${staying.length} members that would stay, itself included, and a majority is needed; ask a node that reaches more`,
    );
  try {
    const layout = removeMember(view.layout, nodeId);
    if (encodeLayout(layout).length <= LAYOUT_BYTES_MAX) return { kind: "next", layout };
    return refused(`the layout takes more than ${LAYOUT_BYTES_MAX} bytes, too many for one message`);
  } catch (error) {
    if (error instanceof LayoutError) return refused(error.message);
    throw error;
  }
}

function refused(why: string): Failure {
  return failure("REMOVAL_REFUSED", `${why}; nothing was done`);
}
