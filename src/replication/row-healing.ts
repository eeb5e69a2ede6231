/**
 * Heals rows whose record was found damaged: fetches each from every other replica and joins what comes. It is whole
 * again when that covers the clock as of the damage (rule 12). Reads heal, too, where they come across the damage; but a
 * row that nobody reads would refuse writes, and keep this replica from being a source, for ever.
 *
 * What the record held and nobody else has is lost. That is said only when all other replicas were heard, and nothing
 * of it can be on its way to them any more: every dot that is missing is of a past actor. Dots of our own present
 * actor end this incarnation first.
 */
import type { RowKey } from "../codec/index.js";
import { rowState } from "../crdt/index.js";
import { giveUpMissing, type PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Fill } from "./bounds.js";
import type { Environment } from "./environment.js";
import type { Views } from "./views.js";

const ROUND_MS = 2_000;
/** Rows that are tried again by themselves; others when they are next come across. */
const ROWS_MAX = 1_000;
/** Rounds in which all were heard and dots of our present actor were still missing. */
const ROUNDS_OWN_MISSING = 3;

interface Patient {
  readonly replica: PartitionReplica;
  readonly rowKey: RowKey;
  /** Others that gave their state in this round. */
  heard: number;
  /** Rounds in which all did, and only dots of ours were missing. */
  inVain: number;
}

export class RowHealing {
  readonly #environment: Environment;
  readonly #views: Views;
  readonly #patients = new Map<string, Patient>();
  readonly #callIds = new Set<number>();
  #timer: Timer | undefined;

  constructor(environment: Environment, views: Views) {
    this.#environment = environment;
    this.#views = views;
  }

  start(): void {
    this.#timer = this.#environment.timers.every(ROUND_MS, () => this.#runRound());
  }

  close(): void {
    this.#timer?.cancel();
  }

  get fill(): Fill {
    return { size: this.#patients.size, max: ROWS_MAX };
  }

  /** At once, and every few seconds until it is whole. */
  heal(replica: PartitionReplica, rowKey: RowKey): void {
    const name = `${replica.partition}/${rowKey}`;
    if (this.#patients.has(name) || this.#patients.size >= ROWS_MAX) return;
    const patient = { replica, rowKey, heard: 0, inVain: 0 };
    this.#patients.set(name, patient);
    this.#ask(patient);
  }

  #runRound(): void {
    // A reply that a full queue dropped does not come any more.
    for (const id of this.#callIds) this.#environment.calls.cancel(id);
    this.#callIds.clear();
    for (const [name, patient] of this.#patients)
      if (patient.replica.rows.readPending(patient.rowKey).damagedAt === undefined)
        this.#patients.delete(name);
      else this.#ask(patient);
  }

  #ask(patient: Patient): void {
    const { calls, liveness, neighbourhood } = this.#environment;
    const { replica, rowKey } = patient;
    const { partition } = replica;
    patient.heard = 0;
    for (const member of neighbourhood(partition).others) {
      if (!liveness.isAlive(member)) continue;
      const id = calls.call(
        member,
        "read-reply",
        (callId) => ({ type: "read-request", id: callId, partition, rowKey, against: undefined }),
        (reply) => {
          this.#callIds.delete(id);
          if (reply?.body.kind !== "row" || replica.rows.awaits(reply.body)) return;
          replica.join(rowKey, rowState(reply.body, reply.body.clock));
          patient.heard++;
          if (patient.heard === neighbourhood(partition).others.length) this.#allHeard(patient);
        },
      );
      this.#callIds.add(id);
    }
  }

  #allHeard(patient: Patient): void {
    const { actor, counters, failStorage, log } = this.#environment;
    const { replica, rowKey } = patient;
    const missing = replica.rows.missingOf(rowKey);
    if (missing === undefined || !this.#views.isAgreedOn(replica.partition)) return;
    if (missing.every((other) => this.#views.isPast(other))) {
      counters.add("rows_lost");
      log.error(
        { partition: replica.partition },
        "a damaged row held writes that no other replica has; they are lost, and it is served without them",
      );
      return giveUpMissing(replica, rowKey);
    }
    if (!missing.includes(actor) || ++patient.inVain < ROUNDS_OWN_MISSING) return;
    failStorage("a damaged row held writes of this node that no other replica has");
  }
}
