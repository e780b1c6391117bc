// What today brought: the counters now, less what they stood at at midnight. Energies in kWh, always
// as [sun, battery, grid]; money in the currency of its sensors, which are there only with a tariff.

import { entityOf, numberOf, stateOf } from "./registry.js";

const COUNTERS = ["energy_solar", "energy_battery", "energy_grid"];
const MONEY = ["charging_cost", "charging_savings"];
// How far before midnight a counter may last have been written.
const LOOK_BACK_MS = 3_600_000;
const RETRY_MS = 60_000;
const MS_PER_S = 1000;
const S_PER_MIN = 60;

/** Midnight before `now` where the user lives; an hour off on the two days the clocks change. */
function midnightBefore(now, timeZone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(now);
  const part = (type) => Number(parts.find((one) => one.type === type).value);
  const since_s = (part("hour") * S_PER_MIN + part("minute")) * S_PER_MIN + part("second");
  return new Date((Math.floor(now / MS_PER_S) - since_s) * MS_PER_S);
}

const zoneOf = (hass) => (hass.locale?.time_zone === "server" ? hass.config.time_zone : undefined);

/** The last number among the states of a counter, null when there is none. */
function lastNumber(states) {
  const numbers = (states ?? []).map((state) => numberOf({ state: state.s }));
  return numbers.findLast((value) => value !== null) ?? null;
}

export class Today {
  #known = "";
  #askedAt = -Infinity;
  #base = new Map();

  /** Asks for the counters at midnight once a day and set of chargers; then calls `done`. */
  refresh(hass, chargers, done) {
    const now = Date.now();
    if (now - this.#askedAt < RETRY_MS) return;
    const midnight = midnightBefore(now, zoneOf(hass)).getTime();
    const find = (keys) => chargers.flatMap((one) => keys.map((key) => entityOf(hass, one, key)));
    const counters = find(COUNTERS);
    if (!counters.length || counters.includes(undefined)) return;
    const ids = [...counters, ...find(MONEY).filter((id) => id !== undefined)];
    const wanted = `${midnight} ${ids.join()}`;
    if (wanted === this.#known) return;
    this.#askedAt = now;
    this.#ask(hass, ids, midnight).then(
      (base) => {
        this.#known = wanted;
        this.#base = base;
        done();
      },
      () => {
        // Without a recorder there is no today; the session is shown instead.
      },
    );
  }

  async #ask(hass, ids, midnight) {
    const history = await hass.callWS({
      type: "history/history_during_period",
      start_time: new Date(midnight - LOOK_BACK_MS).toISOString(),
      end_time: new Date(midnight).toISOString(),
      entity_ids: ids,
      minimal_response: true,
      no_attributes: true,
      significant_changes_only: false,
    });
    return new Map(ids.map((id) => [id, lastNumber(history[id])]));
  }

  /** Energy of today; null while midnight's counters are not known. */
  energy(hass, charger, lifetime) {
    const ids = COUNTERS.map((key) => entityOf(hass, charger, key));
    if (!lifetime || !ids.every((id) => this.#base.has(id))) return null;
    // No counter at midnight: the charger was added today, and its counters began at 0.
    return lifetime.map((kwh, origin) => Math.max(0, kwh - (this.#base.get(ids[origin]) ?? 0)));
  }

  /** Money of today as { value, unit }; null where there is no tariff or midnight is not known. */
  money(hass, charger, key) {
    const id = entityOf(hass, charger, key);
    const now = numberOf(stateOf(hass, charger, key));
    if (now === null || !this.#base.has(id)) return null;
    const unit = hass.states[id].attributes.unit_of_measurement;
    return { value: now - (this.#base.get(id) ?? 0), unit };
  }
}
