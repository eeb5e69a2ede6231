/** Turns results of runs into a page for people. */
export { reportPage } from "./page.js";
