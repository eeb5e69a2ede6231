import { describe, expect, it } from "vitest";
import { loadPlaces, PLACES_MIN, placesFrom } from "../../../../cluster/demo/places.js";

function town(city: string, pop: number, over: object = {}) {
  return { city, province: "P", country: "C", pop, lat: 1.23456, lng: -2, timezone: "Etc/UTC", ...over };
}

const filler = Array.from({ length: PLACES_MIN }, (_, at) => town(`filler ${at}`, 1));

describe("the data set", () => {
  it("holds thousands of places, the largest first, each under a key of its own", () => {
    const places = loadPlaces(undefined);
    expect(places.length).toBeGreaterThan(5000);
    expect(places[0]).toMatchObject({ key: "Japan/Tokyo/Tokyo", place: { timezone: "Asia/Tokyo" } });
    expect(new Set(places.map(({ key }) => key)).size).toBe(places.length);
  });

  it("gives as many as are asked for", () => {
    expect(loadPlaces(60).map(({ key }) => key)).toEqual(
      loadPlaces(undefined)
        .slice(0, 60)
        .map(({ key }) => key),
    );
    expect(loadPlaces(1_000_000).length).toBe(loadPlaces(undefined).length);
  });

  it.each([0, 49, -1, 60.5])("refuses %d places", (rows) => {
    expect(() => loadPlaces(rows)).toThrow(/--rows has to be a whole number from 50/);
  });

  it("becomes values that a person can read", () => {
    const [first] = placesFrom([...filler, town("Big", 9.6, { timezone: null })], 1);
    expect(first).toEqual({
      key: "C/P/Big",
      place: {
        city: "Big",
        province: "P",
        country: "C",
        population: 10,
        latitude: 1.2346,
        longitude: -2,
        timezone: null,
      },
    });
  });

  it("keeps the larger of two with one key, and says nothing of people that nobody counted", () => {
    const places = placesFrom([...filler, town("A", 5), town("A", 7), town("B", -99)], undefined);
    expect(places.filter(({ key }) => key === "C/P/A").map(({ place }) => place.population)).toEqual([7]);
    expect(places.find(({ key }) => key === "C/P/B")?.place.population).toBeNull();
  });

  it("says what to install when it is not the one that is known", () => {
    expect(() => placesFrom({}, undefined)).toThrow(/npm install city-timezones@/);
    expect(() => placesFrom([...filler, { city: 7 }], undefined)).toThrow(/not the data set/);
  });
});
