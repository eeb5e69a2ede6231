/** Dots, version vectors, contexts and hybrid logical clocks: who has seen what. Pure. */
export { type Hlc, hlcAt, hlcWallMs, ZERO_HLC } from "./hlc.js";
