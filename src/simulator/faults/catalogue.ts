/** All kinds of faults, by family. A run turns a random subset of them on. */
import { CLOCK_FAULTS } from "./clock-faults.js";
import { DISK_FAULTS } from "./disk-faults.js";
import type { FaultKind } from "./fault.js";
import { MEMBER_FAULTS } from "./member-faults.js";
import { NETWORK_FAULTS } from "./network-faults.js";
import { PROCESS_FAULTS } from "./process-faults.js";
import { REST_FAULTS } from "./rest-faults.js";

export const FAULTS: readonly FaultKind[] = [
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...REST_FAULTS,
  ...CLOCK_FAULTS,
  ...PROCESS_FAULTS,
  ...MEMBER_FAULTS,
];

const BY_NAME = new Map(FAULTS.map((kind) => [kind.name, kind]));

export function faultNamed(name: string): FaultKind | undefined {
  return BY_NAME.get(name);
}
