/** The demo: three regions that take writes on both sides of a cut and converge, with the numbers that prove it. */
export { closing } from "./narrative.js";
export { type Narrator, runDemo } from "./run-demo.js";
