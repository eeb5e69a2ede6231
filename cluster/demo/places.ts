/**
 * The data of the demo: towns of the whole world, from a package of the registry. It is only wanted for the demo, so
 * installing AtollDB as a dependency does not bring it.
 */
import { createRequire } from "node:module";
import { z } from "zod";
import { ClusterError } from "../cluster-error.js";

const PACKAGE = "city-timezones";
const PACKAGE_VERSION = "1.3.4";
const DATA_FILE = `${PACKAGE}/data/cityMap.json`;

/** The fewest that make a demo: enough for keys to write on both sides of a cut. */
export const PLACES_MIN = 50;

export interface Place {
  readonly city: string;
  readonly province: string;
  readonly country: string;
  readonly population: number | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly timezone: string | null;
}

/** A place and the key it is stored under, `Japan/Tokyo/Tokyo`. */
export interface PlaceEntry {
  readonly key: string;
  readonly place: Place;
}

const townSchema = z.object({
  city: z.string().min(1),
  province: z.string(),
  country: z.string().min(1),
  /** Negative where nobody knows. */
  pop: z.number(),
  lat: z.number(),
  lng: z.number(),
  timezone: z.string().nullable(),
});

/**
 * The `limit` largest places of the data set, or all.
 * Throws `INVALID` for a limit below `PLACES_MIN`, `FAILED` when the data set is not installed or not as expected.
 */
export function loadPlaces(limit: number | undefined): PlaceEntry[] {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= PLACES_MIN)) {
    throw new ClusterError("INVALID", `--rows has to be a whole number from ${PLACES_MIN}: ${limit}`);
  }
  return placesFrom(readDataSet(), limit);
}

/** The places in the file of the data set, the largest first; of two with one key the larger. */
export function placesFrom(data: unknown, limit: number | undefined): PlaceEntry[] {
  const parsed = z.array(townSchema).min(PLACES_MIN).safeParse(data);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error).slice(0, 300);
    throw new ClusterError("FAILED", `${DATA_FILE} is not the data set that the demo knows: ${why}\n${HINT}`);
  }
  const byKey = new Map<string, Place>();
  for (const town of parsed.data.toSorted((a, b) => b.pop - a.pop)) {
    const key = [town.country, town.province, town.city].filter((part) => part !== "").join("/");
    if (!byKey.has(key)) byKey.set(key, placeOf(town));
  }
  return [...byKey].slice(0, limit).map(([key, place]) => ({ key, place }));
}

const HINT = `Install it beside AtollDB: npm install ${PACKAGE}@${PACKAGE_VERSION}`;

function readDataSet(): unknown {
  try {
    return createRequire(import.meta.url)(DATA_FILE);
  } catch (error) {
    const message = `the demo's data set, the package ${PACKAGE}, is not installed. ${HINT}`;
    throw new ClusterError("FAILED", message, error);
  }
}

function placeOf(town: z.infer<typeof townSchema>): Place {
  return {
    city: town.city,
    province: town.province,
    country: town.country,
    population: town.pop < 0 ? null : Math.round(town.pop),
    latitude: Number(town.lat.toFixed(4)),
    longitude: Number(town.lng.toFixed(4)),
    timezone: town.timezone,
  };
}
