/**
 * The Hello that opens a stream, between its form on the wire and the core's. What comes in was written by a stranger:
 * nothing of it is used before it was looked at here.
 */
import type { peer } from "../../wire/index.js";
import type { PeerHello } from "../transport.js";

/** Ids are short; a longer one would travel into logs and refusals. */
const ID_CHARACTERS_MAX = 256;

export function encodeHello(hello: PeerHello): peer.Hello {
  return { ...hello, instance: BigInt(`0x${hello.instance}`).toString() };
}

/** The Hello, or the text that says what is wrong with it. */
export function decodeHello(hello: peer.Hello__Output): PeerHello | string {
  const { clusterId, nodeId, number, instance, protocolVersion } = hello;
  for (const [name, id] of Object.entries({ cluster_id: clusterId, node_id: nodeId })) {
    if (id.length === 0) return `Hello without ${name}`;
    if (id.length > ID_CHARACTERS_MAX)
      return `Hello with a ${name} of more than ${ID_CHARACTERS_MAX} characters`;
  }
  if (number === 0) return "Hello without number: members count from 1";
  const incarnation = Number(hello.incarnation);
  if (incarnation < 1 || !Number.isSafeInteger(incarnation))
    return "Hello without incarnation: they count from 1, and fit 53 bits";
  return {
    clusterId,
    nodeId,
    number,
    incarnation,
    instance: BigInt(instance).toString(16).padStart(16, "0"),
    protocolVersion,
  };
}
