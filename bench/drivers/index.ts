/** The stores that the load tool can ask, each behind the same interface. */
import { atoll, atollUnary } from "./atoll.js";
import type { Driver } from "./driver.js";
import { nothing } from "./nothing.js";

export { type Connection, type Driver, reasonOf, type Target } from "./driver.js";

export const DRIVERS: readonly Driver[] = [atoll, atollUnary, nothing];

/** Undefined for an unknown name. */
export function driverNamed(name: string): Driver | undefined {
  return DRIVERS.find((driver) => driver.name === name);
}
