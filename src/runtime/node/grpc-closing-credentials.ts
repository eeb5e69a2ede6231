/**
 * Channel credentials that can close the sockets of their channel.
 *
 * gRPC for Node leaves a connection open that was accepted and never answered, even after its channel was closed: each
 * attempt to dial a process that hangs would leave one more behind. The credentials are where gRPC hands over its
 * sockets, so this wraps the real ones and remembers what went through.
 */
import type { Socket } from "node:net";
import { ChannelCredentials } from "@grpc/grpc-js";

type ConnectorOptions = Parameters<ChannelCredentials["_createSecureConnector"]>;
type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/** For one channel. */
export class ClosingCredentials extends ChannelCredentials {
  readonly #real: ChannelCredentials;
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  constructor(real: ChannelCredentials) {
    super();
    this.#real = real;
  }

  /** Closes every socket of the channel, also those that connect later. */
  closeSockets(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  override _isSecure(): boolean {
    return this.#real._isSecure();
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...options: ConnectorOptions): Connector {
    const real = this.#real._createSecureConnector(...options);
    return {
      connect: (socket) => {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
        if (this.#isClosed) socket.destroy();
        return real.connect(socket);
      },
      waitForReady: () => real.waitForReady(),
      getCallCredentials: () => real.getCallCredentials(),
      destroy: () => real.destroy(),
    };
  }
}
