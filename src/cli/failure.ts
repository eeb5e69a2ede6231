/**
 * How a command fails: a message for people on stderr, with `--json` a document for programs on stdout, and an exit
 * code that scripts can branch on. A failure is expected and never shows a stack trace.
 */

/** What the exit codes mean, for every verb. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, unavailable: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface FailureInit {
  readonly exitCode: ExitCode;
  /** What kind of failure, in capitals: a gRPC code for what the cluster refused. */
  readonly code: string;
  /** The server's `ErrorReason`, when it named one. */
  readonly reason?: string | undefined;
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  /** True when a write may have happened although it failed. */
  readonly maybeApplied?: boolean;
}

/** What a command throws when it cannot do what it was asked. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: ExitCode;
  readonly #init: FailureInit;

  constructor(init: FailureInit) {
    super(init.message);
    this.exitCode = init.exitCode;
    this.#init = init;
  }

  /** For people. */
  get text(): string {
    const { reason, message, advice } = this.#init;
    const first = `error: ${message}${reason === undefined ? "" : ` (${reason})`}`;
    return advice === undefined ? first : `${first}\n${advice}`;
  }

  /** For programs: `{error: {code, reason, message, metadata, maybeApplied}}`, with null for no reason. */
  get document(): object {
    const { code, reason, message, metadata, maybeApplied } = this.#init;
    return {
      error: {
        code,
        reason: reason ?? null,
        message,
        metadata: metadata ?? {},
        maybeApplied: maybeApplied ?? false,
      },
    };
  }
}

/** Something did not work, and it is neither the caller's words nor the cluster's absence. */
export function failed(message: string, advice?: string): CommandFailure {
  return new CommandFailure({ exitCode: EXIT.failed, code: "FAILED", message, advice });
}

/** The command line asks for something that cannot be. */
export function misused(message: string): CommandFailure {
  return new CommandFailure({ exitCode: EXIT.usage, code: "USAGE", message });
}

/** Tells what went wrong, and returns the exit code. */
export function report(failure: CommandFailure, isJson: boolean): ExitCode {
  process.stderr.write(`${failure.text}\n`);
  if (isJson && !isDocumentPrinted) printDocument(failure.document);
  return failure.exitCode;
}

/** A command that fails after it has answered is known by its exit code: a second document could not be parsed. */
let isDocumentPrinted = false;

/** The caller writes the document by itself, from now on, and whole. */
export function beginDocument(): void {
  isDocumentPrinted = true;
}

/** The one document that `--json` promises. */
export function printDocument(document: object): void {
  beginDocument();
  process.stdout.write(`${JSON.stringify(document)}\n`);
}
