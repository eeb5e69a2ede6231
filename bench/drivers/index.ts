/** The stores that the load tool can ask, each behind the same interface. */
import { atoll, atollUnary } from "./atoll.js";
import { cassandra } from "./cassandra.js";
import type { Driver } from "./driver.js";
import { etcd } from "./etcd.js";
import { nothing } from "./nothing.js";
import { redis, redisUnpipelined } from "./redis.js";

export { type Connection, type Driver, DriverError, reasonOf, type Target } from "./driver.js";

export const DRIVERS: readonly Driver[] = [
  atoll,
  atollUnary,
  redis,
  redisUnpipelined,
  etcd,
  cassandra,
  nothing,
];

/** Undefined for an unknown name. */
export function driverNamed(name: string): Driver | undefined {
  return DRIVERS.find((driver) => driver.name === name);
}
