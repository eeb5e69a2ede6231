/** Randomness for jitter, sampling and ids that only have to differ; never for secrets. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1). */
  fraction(): number;
}
