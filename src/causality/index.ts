/** Dots, version vectors, contexts and hybrid logical clocks: who has seen what. Pure. */
export { Context } from "./context.js";
export {
  type Actor,
  actorFromInteger,
  actorIncarnation,
  actorMember,
  actorOf,
  type Dot,
  formatDot,
  INCARNATION_MAX,
  INCARNATIONS_PER_SECOND,
  incarnationAt,
  MEMBER_NUMBER_MAX,
} from "./dot.js";
export { type Hlc, hlcAt, hlcWallMs, latestCredibleHlc, ZERO_HLC } from "./hlc.js";
export { HybridClock } from "./hybrid-clock.js";
export { type Covers, VersionVector } from "./version-vector.js";
