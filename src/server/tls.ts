/** Turns the configured files into credentials: mutual between peers, of the server alone towards clients. */
import { readFile } from "node:fs/promises";
import { ChannelCredentials, credentials, ServerCredentials } from "@grpc/grpc-js";
import { ConfigError } from "./config-layers.js";
import type { TlsConfig } from "./server-config.js";

/** PEM bytes. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

export async function readTlsFiles(config: TlsConfig): Promise<TlsFiles> {
  const read = async (name: keyof TlsConfig): Promise<Buffer> => {
    try {
      return await readFile(config[name]);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new ConfigError([`tls.${name}: cannot be read: ${cause}`]);
    }
  };
  const [cert, key, ca] = await Promise.all([read("cert"), read("key"), read("ca")]);
  return { cert, key, ca };
}

export interface Credentials {
  readonly clients: ServerCredentials;
  readonly peersAccepted: ServerCredentials;
  readonly peersDialled: ChannelCredentials;
}

/** Throws `ConfigError` when certificate and key do not fit. */
export function makeCredentials(files: TlsFiles | undefined): Credentials {
  if (files === undefined) {
    return {
      clients: ServerCredentials.createInsecure(),
      peersAccepted: ServerCredentials.createInsecure(),
      peersDialled: credentials.createInsecure(),
    };
  }
  const pair = [{ private_key: files.key, cert_chain: files.cert }];
  try {
    return {
      clients: ServerCredentials.createSsl(null, pair, false),
      peersAccepted: ServerCredentials.createSsl(files.ca, pair, true),
      peersDialled: ChannelCredentials.createSsl(files.ca, files.key, files.cert),
    };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`tls: certificate, key and CA cannot be used together: ${cause}`]);
  }
}
