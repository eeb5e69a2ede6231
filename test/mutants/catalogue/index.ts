/** All planted bugs, in the order of the rules that they break. */
import type { Mutant } from "../mutant.js";
import { ANSWERING } from "./answering.js";
import { AUDITING } from "./auditing.js";
import { DELETING } from "./deleting.js";
import { DOUBTING } from "./doubting.js";
import { EXPIRING } from "./expiring.js";
import { MERGING } from "./merging.js";
import { READING } from "./reading.js";
import { REMOVING } from "./removing.js";
import { SENDING } from "./sending.js";
import { STANDING_IN } from "./standing-in.js";
import { TYPING } from "./typing.js";
import { WRITING } from "./writing.js";

export const MUTANTS: readonly Mutant[] = [
  ...WRITING,
  ...MERGING,
  ...SENDING,
  ...DELETING,
  ...REMOVING,
  ...DOUBTING,
  ...AUDITING,
  ...STANDING_IN,
  ...ANSWERING,
  ...TYPING,
  ...EXPIRING,
  ...READING,
];
