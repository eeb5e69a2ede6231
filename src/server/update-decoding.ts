/** Turns updates into operations of the node. Whether a change fits the type of its key, the node judges. */
import type { Action, Change, Failure, KeyWrite } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { decodeAddress } from "./address-decoding.js";
import { badRequest, isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeValue, isValueType, retryProblem, ttlOf, ttlProblem } from "./operation-decoding.js";
import { membersProblem, pathProblem } from "./path-checking.js";

/** `prefix` is the path of the request inside a batch, as in `items[3].update.`; empty for a request of its own. */
export function decodeUpdate(
  request: kv.UpdateRequest__Output,
  prefix: string,
  limits: Limits,
): KeyWrite | Failure {
  const address = decodeAddress(request.address, `${prefix}address`, limits);
  if (isFailure(address)) return address;
  if (isValueType(address)) return badRequest(`${prefix}address.type`, "is written with Put and Delete");
  const count = request.operations.length;
  if (count === 0 || count > limits.batchItems)
    return badRequest(
      `${prefix}operations`,
      `${count} operations; between 1 and ${limits.batchItems} may come`,
    );
  const problem = retryProblem(request.options, prefix);
  if (problem !== undefined) return problem;
  const changes: Change[] = [];
  for (const [index, operation] of request.operations.entries()) {
    const change = decodeChange(operation, `${prefix}operations[${index}].`, limits);
    if (isFailure(change)) return change;
    changes.push(change);
  }
  return { kind: "update", address, changes };
}

function decodeChange(operation: kv.Operation__Output, prefix: string, limits: Limits): Change | Failure {
  const { path, ttlMs } = operation;
  const problem = pathProblem(path, `${prefix}path`, limits) ?? ttlProblem(ttlMs, `${prefix}ttl_ms`);
  if (problem !== undefined) return problem;
  const action = decodeAction(operation, prefix, limits);
  return isFailure(action) ? action : { path, action, ttlMs: ttlOf(ttlMs) };
}

function decodeAction(operation: kv.Operation__Output, prefix: string, limits: Limits): Action | Failure {
  switch (operation.action) {
    case "counterAdd": {
      const amount = Number(operation.counterAdd);
      if (Number.isSafeInteger(amount)) return { kind: "increment", amount };
      return badRequest(`${prefix}counter_add`, "must lie between -(2^53 - 1) and 2^53 - 1");
    }
    case "flagSet":
      return { kind: "set-flag", isEnabled: operation.flagSet === true };
    case "setAdd":
    case "setRemove": {
      const kind = operation.action === "setAdd" ? "add-members" : "remove-members";
      const members = (operation.setAdd ?? operation.setRemove)?.members ?? [];
      const field = `${prefix}${operation.action === "setAdd" ? "set_add" : "set_remove"}.members`;
      return membersProblem(members, field, limits) ?? { kind, members };
    }
    case "put": {
      const value = decodeValue(operation.put ?? null, `${prefix}put`, limits);
      return isFailure(value) ? value : { kind: "assign", value };
    }
    case "clear":
      return { kind: "clear" };
    default:
      return badRequest(`${prefix}action`, "missing");
  }
}
