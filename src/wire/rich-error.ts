/**
 * The machine-readable half of an error: a `google.rpc.Status` with one `google.rpc.ErrorInfo`, which travels in the
 * trailer `grpc-status-details-bin` beside gRPC's own code and message. Other languages' gRPC libraries know it.
 *
 * The shapes are Google's (googleapis, google/rpc/status.proto and error_details.proto), given here as descriptors and
 * not as files below proto/, which holds only what is ours.
 */
import { fromJSON, type MessageTypeDefinition } from "@grpc/proto-loader";
import { statusMessage } from "./status-message.js";

/** The trailer that carries the details. */
export const STATUS_DETAILS_KEY = "grpc-status-details-bin";

const DOMAIN = "atolldb";
const ERROR_INFO_URL = "type.googleapis.com/google.rpc.ErrorInfo";

interface StatusDetails {
  /** google.rpc.Code, which is gRPC's status code. */
  readonly code: number;
  /** For people: what happened, what state it left, what to do next. */
  readonly message: string;
  /** The name of an `atoll.kv.v1.ErrorReason`, without its prefix. */
  readonly reason: string;
  /** For machines: `required`, `alive`, `received`, `field`. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly typeUrl: string; readonly value: Buffer }[];
}

interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Apart, because protobufjs declares fields of maps no field of a message may have. */
const metadataField = { keyType: "string", type: "string", id: 3 };

const definitions = fromJSON(
  {
    nested: {
      Status: {
        fields: {
          code: { type: "int32", id: 1 },
          message: { type: "string", id: 2 },
          details: { rule: "repeated", type: "Detail", id: 3 },
        },
      },
      // google.protobuf.Any, under a name that protobufjs gives no special treatment.
      Detail: { fields: { typeUrl: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
      ErrorInfo: {
        fields: {
          reason: { type: "string", id: 1 },
          domain: { type: "string", id: 2 },
          metadata: metadataField,
        },
      },
    },
  },
  { defaults: true },
);
const rpcStatus = messageType<RpcStatus>("Status");
const errorInfo = messageType<ErrorInfo>("ErrorInfo");

/** The value of `STATUS_DETAILS_KEY` for one error. */
export function encodeStatusDetails(error: StatusDetails): Buffer {
  const value = errorInfo.serialize({ reason: error.reason, domain: DOMAIN, metadata: error.metadata });
  const details = [{ typeUrl: ERROR_INFO_URL, value }];
  return rpcStatus.serialize({ code: error.code, message: statusMessage(error.message), details });
}

/** What `encodeStatusDetails` was given; undefined for bytes that are not of its making, whatever they are. */
export function decodeStatusDetails(bytes: Buffer): StatusDetails | undefined {
  try {
    const status = rpcStatus.deserialize(bytes);
    for (const { typeUrl, value } of status.details) {
      if (typeUrl !== ERROR_INFO_URL) continue;
      const { domain, reason, metadata } = errorInfo.deserialize(value);
      if (domain === DOMAIN) return { code: status.code, message: status.message, reason, metadata };
    }
    return undefined;
  } catch {
    return undefined;
  }
}

function messageType<Message>(name: string): MessageTypeDefinition<Message, Message> {
  const definition: unknown = definitions[name];
  // The interfaces above say what the descriptors above say: TypeScript cannot derive one from the other.
  return definition as MessageTypeDefinition<Message, Message>;
}
