/** Listens in on what a node hands to its links, without changing anything. */
import { type Message, readFrame } from "../codec/index.js";
import type { Runtime } from "../runtime/index.js";

/** The runtime, with a transport that shows every message to `onMessage` before it sends it. */
export function tapped(runtime: Runtime, onMessage: (to: number, message: Message) => void): Runtime {
  const { transport } = runtime;
  return {
    ...runtime,
    transport: {
      start: (self, handler) => transport.start(self, handler),
      setPeers: (peers) => transport.setPeers(peers),
      queuedBytes: (peer) => transport.queuedBytes(peer),
      reset: (peer, reason) => transport.reset(peer, reason),
      close: (done) => transport.close(done),
      send: (peer, frame) => {
        readFrame(Buffer.from(frame), (message) => onMessage(peer, message));
        transport.send(peer, frame);
      },
    },
  };
}
