import { BucketCalls, type ValueType } from "./bucket-calls.js";
import type { ClusterView } from "./cluster-view.js";
import type { Dispatcher } from "./dispatcher.js";
import { Multi } from "./multi.js";
import { Register } from "./register.js";
import { autoCodec, type Codec } from "./value-codec.js";

/** How to use one bucket. */
export interface BucketOptions<T> {
  /** How values become bytes. Default: byte arrays and strings as they are, everything else as MessagePack. */
  readonly codec?: Codec<T>;
}

/**
 * A connection to a cluster, made by `connect`. One serves a whole process: it holds a channel to each node it has
 * used, and routes every call by itself.
 */
export class AtollClient implements AsyncDisposable {
  readonly #view: ClusterView;
  readonly #dispatcher: Dispatcher;

  /** @internal Use `connect`. */
  constructor(view: ClusterView, dispatcher: Dispatcher) {
    this.#view = view;
    this.#dispatcher = dispatcher;
  }

  /** The region whose nodes are asked first. */
  get region(): string {
    return this.#view.region;
  }

  /**
   * A bucket whose keys hold one value each, the last written. Buckets need no creation, and handles cost nothing.
   * `T` is what the caller says the values are; only a codec checks it.
   * @throws AtollError INVALID_ARGUMENT for a name that is not 1 to 64 characters of A-Z a-z 0-9 . _ -
   */
  register<T = unknown>(bucket: string, options: BucketOptions<T> = {}): Register<T> {
    return new Register(this.#calls("DATA_TYPE_REGISTER", bucket), options.codec ?? autoCodec<T>());
  }

  /**
   * A bucket whose keys keep every concurrently written value until a later write resolves them.
   * @throws AtollError INVALID_ARGUMENT as `register` does
   */
  multi<T = unknown>(bucket: string, options: BucketOptions<T> = {}): Multi<T> {
    return new Multi(this.#calls("DATA_TYPE_MULTI", bucket), options.codec ?? autoCodec<T>());
  }

  /** Refuses further calls, waits for those under way, and closes the connections. Idempotent. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #calls(type: ValueType, bucket: string): BucketCalls {
    return new BucketCalls(this.#dispatcher, type, bucket);
  }
}
