// A made-up Home Assistant for the cards, in the browser: registries, states, a subscription, and a
// record of what the cards asked for.

import { makeDay, makeTrial } from "./answers.js";

const DOMAIN = "victron_openevse";
const OPTIONS = ["off", "solar_only", "solar", "minimum_solar", "medium", "fast"];
const SITE_KEYS = ["pv_power", "battery_power", "grid_power", "house_power", "battery_soc", "reserve"];
const COUNTERS = ["energy_solar", "energy_battery", "energy_grid"];
const level = { min: 0, max: 100, step: 1, unit_of_measurement: "%" };
const amps = { min: 6, max: 32, step: 1, unit_of_measurement: "A" };
const SITE_NUMBERS = { night_reserve: ["40.0", level], reserve_floor: ["15.0", level], resume_soc: ["50.0", level] };
const CHARGER_NUMBERS = {
  solar_min_current: ["6", amps],
  solar_max_current: ["20", amps],
  daily_closings: ["12", { min: 1, max: 50, step: 1 }],
};
const PRIORITIES = ["car_first", "balanced", "house_first", "prices"];
const CHARGER_SENSORS = ["status", "reason", "offered_current", "charging_power", ...COUNTERS];

const device = (id, name, via) => ({
  id: `device-${id}`,
  name,
  name_by_user: null,
  identifiers: [[DOMAIN, id]],
  via_device_id: via ? `device-${via}` : null,
  disabled_by: null,
});

function makeCharger(house, number) {
  const id = `charger${number}`;
  house.devices[`device-${id}`] = device(id, number ? `Carport ${number}` : "Garage", "site");
  for (const key of CHARGER_SENSORS) house.add("sensor", id, key, "unavailable");
  house.add("select", id, "mode", "solar", { options: OPTIONS });
  house.add("switch", id, "use_battery", "on");
  addNumbers(house, id, CHARGER_NUMBERS);
  return id;
}

function addNumbers(house, owner, numbers) {
  for (const [key, [state, attributes]] of Object.entries(numbers)) {
    house.add("number", owner, key, state, attributes);
  }
}

function makeSite(house) {
  house.devices["device-site"] = device("site", "Cerbo GX");
  for (const key of SITE_KEYS) house.add("sensor", "site", key, "unavailable");
  house.add("select", "site", "priority", "car_first", { options: PRIORITIES });
  house.add("switch", "site", "shadow", "off");
  addNumbers(house, "site", SITE_NUMBERS);
}

/** Cost and savings are there only where prices are known; both stood at 100 at midnight. */
function addTariff(house, id) {
  const currency = { unit_of_measurement: "EUR" };
  house.add("sensor", id, "charging_cost", "100.42", currency);
  house.add("sensor", id, "charging_savings", "101.83", currency);
}

/** What Home Assistant answers to a question of a card; `house.answers` replaces one by an error. */
function answer(house, message) {
  const wrong = house.answers[message.type];
  if (wrong) throw wrong;
  if (message.type === "victron_openevse/day") return house.day ?? makeDay(message.date);
  if (message.type === "victron_openevse/what_if") return makeTrial();
  if (house.noHistory) throw new Error("unknown command");
  return Object.fromEntries(message.entity_ids.map((id) => [id, [{ s: "100.0", lu: 0 }]]));
}

/** A house whose `hass` a card can be given; `missing` leaves everything unknown. */
export function makeHouse({ chargers = 1, missing = false, tariff = false, language = "en", format = "language" }) {
  const house = {
    devices: {}, entities: {}, states: {}, calls: [], asked: [], listeners: new Set(), ids: [],
    answers: {},
    add(domain, owner, key, state, attributes = {}) {
      const entity_id = `${domain}.renamed_${owner}_${key}`;
      const device_id = `device-${owner}`;
      this.entities[entity_id] = { entity_id, device_id, platform: DOMAIN, translation_key: key, name: words(key) };
      this.states[entity_id] = { entity_id, state, attributes };
    },
    set(owner, key, state) {
      const found = Object.values(this.entities).find(
        (one) => one.device_id === `device-${owner}` && one.translation_key === key,
      );
      const before = this.states[found.entity_id];
      this.states = { ...this.states, [found.entity_id]: { ...before, state } };
    },
  };
  if (chargers >= 0) makeSite(house);
  for (let number = 0; number < chargers; number += 1) house.ids.push(makeCharger(house, number));
  if (tariff) house.ids.forEach((id) => addTariff(house, id));
  if (!missing) house.ids.forEach((id) => house.set(id, "status", "charging"));
  house.hass = () => ({
    ...house.frame,
    devices: house.devices, entities: house.entities, states: house.states,
  });
  house.frame = {
    language,
    locale: { language, number_format: format, time_zone: "local", time_format: "24" },
    config: { time_zone: "Europe/Amsterdam", components: ["history", "recorder", "logbook"] },
    connected: true,
    formatEntityState: (state, value = state.state) => words(value),
    callService: async (domain, service, data) => {
      house.calls.push({ domain, service, ...data });
      if (house.refuses) throw new Error("no");
    },
    callWS: async (message) => {
      house.asked.push(message);
      return answer(house, message);
    },
    connection: {
      subscribeMessage: async (listener, message) => {
        if (house.starting) throw new Error("unknown command");
        house.listeners.add(listener);
        house.subscribedTo = message;
        if (!missing) listener(live(house.ids));
        return async () => house.listeners.delete(listener);
      },
    },
  };
  house.say = (picture) => house.listeners.forEach((listener) => listener(picture));
  return house;
}

/** As Home Assistant would word a state in English. */
function words(value) {
  const text = String(value).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One picture of the subscription, as the integration sends it. */
export function live(ids, site = {}, charger = {}) {
  const one = {
    offered_a: 12, current_a: 11.8, power_w: 2710, low_a: 6, high_a: 20, top_a: 32,
    session_kwh: [3.1, 0.4, 0.1], lifetime_kwh: [106.2, 101.1, 100.3], closings: 3, daily_closings: 12,
    sentence: "The surplus is 2710 W, so the car is offered 12 A. The house battery is at 82 % and keeps 46 %.",
    what_would_change: "Charging stops when the house battery is down to 46 % and the mean surplus is below 1100 W.",
    ...charger,
  };
  return {
    site: {
      pv_w: 4180, grid_w: -310, battery_w: 640, house_w: 520, soc_pct: 82,
      reserve_pct: 46, resume_pct: 50, curtailed: false, shadow: false, ...site,
    },
    chargers: Object.fromEntries(ids.map((id) => [id, { ...one }])),
  };
}

/** Puts a card on the page and waits until it is drawn. */
export async function show(house, config = {}) {
  const card = await place("victron-openevse-card", house, config);
  await drawn(card);
  return card;
}

/** Puts one of the other cards on the page and waits until it has its answer. */
export async function showPanel(name, house, config = {}) {
  const card = await place(`victron-openevse-${name}-card`, house, config);
  for (let frame = 0; frame < 200 && !card.shadowRoot.querySelector("h3").textContent; frame += 1) await nextFrame();
  for (let frame = 0; frame < 3; frame += 1) await nextFrame();
  return card;
}

async function place(name, house, config) {
  await customElements.whenDefined(name);
  const card = document.createElement(name);
  card.setConfig({ type: `custom:${name}`, ...config });
  card.hass = house.hass();
  document.querySelector("main").replaceChildren(card);
  return card;
}

/** Waits for words, subscription and frame. */
export async function drawn(card) {
  const { body, hint } = {
    body: () => card.shadowRoot.querySelector(".body").children.length,
    hint: () => card.shadowRoot.querySelector(".hint").textContent,
  };
  for (let frame = 0; frame < 200 && !body() && !hint(); frame += 1) await nextFrame();
  await nextFrame();
  await nextFrame();
}

export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
