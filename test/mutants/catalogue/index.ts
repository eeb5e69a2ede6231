/** All planted bugs, in the order of the rules that they break. */
import type { Mutant } from "../mutant.js";
import { ANSWERING } from "./answering.js";
import { DELETING } from "./deleting.js";
import { DOUBTING } from "./doubting.js";
import { MERGING } from "./merging.js";
import { WRITING } from "./writing.js";

export const MUTANTS: readonly Mutant[] = [...WRITING, ...MERGING, ...DELETING, ...DOUBTING, ...ANSWERING];
