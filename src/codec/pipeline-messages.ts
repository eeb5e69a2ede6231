/**
 * What travels on a pipeline: the operations of a client, and what a node answers. Reads and puts of whole values, which
 * are most of all calls, have messages of their own; every other method goes as the bytes of its gRPC message.
 */
import type { Hlc } from "../causality/index.js";
import type { ValueEncoding } from "../crdt/index.js";

/** How an operation is asked. Absent is what the server has for a default. */
export interface Asking {
  /** Milliseconds from when the frame is read until the client gives up; 0: the server's default. */
  readonly timeoutMs: number;
  /** 0: none; 1 to 8: a level, by its number in the proto; above: so many replicas more than `LEVELS`. */
  readonly consistency: number;
  /** 16 bytes, of a write. */
  readonly requestId: Buffer | undefined;
  readonly isRetry: boolean;
  readonly isSloppy: boolean;
  /** Of a session: opaque, from its last answer. */
  readonly sessionToken: Buffer | undefined;
}

/** Numbers of `Asking.consistency` that name a level. */
export const LEVELS = 8;

/** The key of a register or a multi, by the number of its type. */
export interface PipelinedKey {
  readonly type: number;
  readonly bucket: string;
  readonly key: Buffer;
}

/** The first item of a stream, both ways. */
interface ClientHello {
  readonly kind: "hello";
  /** Nothing is done for a client of another cluster. Empty: any. */
  readonly clusterId: string;
}

export interface PipelinedGet {
  readonly kind: "get";
  /** Of the client's choice: answers may come in another order. */
  readonly id: number;
  readonly asking: Asking;
  readonly address: PipelinedKey;
}

export interface PipelinedPut {
  readonly kind: "put";
  readonly id: number;
  readonly asking: Asking;
  readonly address: PipelinedKey;
  readonly value: { readonly data: Buffer; readonly encoding: number };
  /** Empty: none. */
  readonly context: Buffer;
  readonly condition: "absent" | "unchanged" | undefined;
  /** 0: the bucket's default. */
  readonly ttlMs: number | "never";
}

/** Any unary method. */
export interface PipelinedCall {
  readonly kind: "call";
  readonly id: number;
  /** Until the client gives up; 0: it does not. What the request itself says holds as well. */
  readonly timeoutMs: number;
  readonly method: string;
  /** Its request, as gRPC sends it. */
  readonly body: Buffer;
}

export type PipelineRequest = ClientHello | PipelinedGet | PipelinedPut | PipelinedCall;

/** Who answers all that follows. Comes again when the version of the layout has risen. */
export interface ServerHello {
  readonly kind: "hello";
  readonly clusterId: string;
  readonly nodeId: string;
  readonly region: string;
  readonly layoutVersion: number;
}

export interface PipelinedValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
  readonly hlc: Hlc;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAtMs: number;
}

export interface PipelinedRead {
  readonly kind: "read";
  readonly id: number;
  /** Empty: not found. */
  readonly values: readonly PipelinedValue[];
  readonly context: Buffer;
  readonly sessionToken: Buffer | undefined;
}

interface PipelinedWritten {
  readonly kind: "written";
  readonly id: number;
  readonly hlc: Hlc;
  readonly context: Buffer;
  readonly acksReceived: number;
  readonly fallbackAcks: number;
  readonly sessionToken: Buffer | undefined;
}

/** Of a call: its reply, as gRPC sends it. */
interface PipelinedReply {
  readonly kind: "reply";
  readonly id: number;
  readonly body: Buffer;
}

/** As a gRPC call fails: see ErrorReason in the proto. */
export interface PipelinedFailure {
  readonly kind: "failed";
  readonly id: number;
  /** Of gRPC. */
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type PipelineReply =
  | ServerHello
  | PipelinedRead
  | PipelinedWritten
  | PipelinedReply
  | PipelinedFailure;
