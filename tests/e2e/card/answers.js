// What the integration answers to the cards of days and trials, for a made-up house.

const HOUR_S = 3600;
const DAY_S = 86_400;
const MS_PER_S = 1000;
// Midnight in Amsterdam, in winter.
const TODAY_S = Date.UTC(2026, 10, 21, 23) / MS_PER_S;
/** The hour at which the made-up today stands. */
export const NOW_S = TODAY_S + 16.5 * HOUR_S;

const STORY = [
  [0, "disconnected", "no_vehicle", "No car is plugged in"],
  [7.5, "waiting_for_sun", "waiting_for_surplus", "Waiting for enough surplus"],
  [9.6, "starting", "waiting_for_contactor", "Waiting for the contactor"],
  [9.65, "charging", "following_surplus", "Following the surplus"],
  [12.2, "charging_minimum", "supplementing_minimum", "The battery helps to keep the minimum"],
  [13, "waiting_for_battery", "reserve_reached", "The battery keeps its reserve for the night"],
  [14.1, "charging", "following_surplus", "Following the surplus"],
  [15.4, "limited", "limited_by_grid", "The grid connection allows no more"],
  [16, "no_data", "data_missing", "Readings of the GX are missing"],
  [16.2, "charging", "following_surplus", "Following the surplus"],
  [24, "car_full", "car_not_drawing", "The car takes nothing more"],
];

/** The answer to `victron_openevse/day`: all of a day that is over, today until it is half past four. */
export function makeDay(date) {
  const start = date ? Date.parse(`${date}T00:00:00+01:00`) / MS_PER_S : TODAY_S;
  const end = start + DAY_S;
  const until = Math.min(end, NOW_S);
  const bands = (code, words) =>
    STORY.slice(0, -1)
      .map((row, index) => ({
        start: start + row[0] * HOUR_S,
        end: Math.min(until, start + STORY[index + 1][0] * HOUR_S),
        code: row[code],
        words: words(row),
      }))
      .filter((band) => band.start < until);
  const sentence = (text) => text.replaceAll("_", " ").replace(/^./, (one) => one.toUpperCase());
  return {
    start, end, missing: [], mode: [],
    series: makeSeries(start, until),
    bands: { status: bands(1, (row) => sentence(row[1])), reason: bands(2, (row) => row[3]) },
  };
}

function makeSeries(start, until) {
  const series = {
    offered_a: [], charging_a: [], charging_w: [], pv_w: [], house_w: [], grid_w: [], battery_w: [], surplus_w: [],
    soc_pct: [], reserve_pct: [],
  };
  for (let at_s = start; at_s < until; at_s += HOUR_S / 6) {
    const hour = (at_s - start) / HOUR_S;
    const step = Math.round(hour * 6);
    const cloud = hour > 12 && hour < 14 ? 0.3 : 1 - 0.12 * ((step * 7) % 4);
    const pv_w = Math.max(0, Math.round(5200 * Math.sin((Math.PI * (hour - 7)) / 11) * cloud));
    const house_w = 320 + 240 * (step % 3);
    const row = STORY.findLast(([from]) => from <= hour);
    const on = ["charging", "charging_minimum", "limited"].includes(row[1]);
    const offered_a = on ? Math.max(6, Math.min(20, Math.floor((pv_w - house_w) / 235))) : 0;
    const known = hour < 16 || hour > 16.2;
    const add = (name, value) => series[name].push([at_s, known ? value : null]);
    add("pv_w", pv_w);
    add("house_w", house_w);
    add("surplus_w", pv_w - house_w);
    add("offered_a", offered_a);
    add("charging_a", Math.max(0, offered_a - 0.2));
    add("charging_w", offered_a * 235);
    add("soc_pct", Math.round(45 + 30 * Math.sin((Math.PI * (hour - 8)) / 16)));
    add("reserve_pct", hour < 8 ? 40 : Math.round(40 - 25 * Math.sin((Math.PI * (hour - 8)) / 16)));
  }
  return series;
}

const sums = (values) => ({
  car_kwh: 41.2, solar_kwh: 30.1, battery_kwh: 8, grid_kwh: 3.1, solar_share_pct: 73.1, starts: 14,
  imported_kwh: 9.8, exported_kwh: 12.4, battery_pct: 63, stored_kwh: 5,
  charging_cost: 2.31, charging_savings: 8.9, bill: 3.1, net: -9.2, ...values,
});

/** The answer to `victron_openevse/what_if`. */
export function makeTrial() {
  const present = sums({});
  const changed = sums({ car_kwh: 42, solar_kwh: 33.4, battery_kwh: 7, grid_kwh: 1.6, solar_share_pct: 79.5, starts: 11, net: -10.1 });
  const difference = Object.fromEntries(Object.keys(present).map((key) => [key, changed[key] - present[key]]));
  return {
    from: "2026-11-15T00:00:00+01:00", to: "2026-11-22T16:30:00+01:00", days_asked: 7, days_found: 8,
    currency: "EUR", changes: [], present, changed, difference, recorded: sums({ net: null }),
    chargers: [], days: [],
    coarseness: { car_kwh: -1.3, car_pct: -3.1, solar_kwh: -0.9, imported_kwh: 1.1, exported_kwh: 0.6, starts: 1, battery_pct: -4 },
    notes: [
      { code: "pv_was_held_back", sentence: "For 3.5 hours sun was held back: more would have been there." },
      { code: "gap", sentence: "2 hours were not recorded." },
    ],
    took_s: 4.2,
  };
}
