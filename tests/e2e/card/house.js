// A made-up Home Assistant for the card, in the browser: registries, states, a subscription, and a
// record of what the card asked for.

const DOMAIN = "victron_openevse";
const OPTIONS = ["off", "solar_only", "solar", "minimum_solar", "medium", "fast"];
const SITE_KEYS = ["pv_power", "battery_power", "grid_power", "house_power", "battery_soc", "reserve"];
const COUNTERS = ["energy_solar", "energy_battery", "energy_grid"];
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
  return id;
}

/** A house whose `hass` a card can be given; `missing` leaves everything unknown. */
export function makeHouse({ chargers = 1, missing = false, language = "en", format = "language" }) {
  const house = {
    devices: {}, entities: {}, states: {}, calls: [], asked: [], listeners: new Set(), ids: [],
    add(domain, owner, key, state, attributes = {}) {
      const entity_id = `${domain}.renamed_${owner}_${key}`;
      const device_id = `device-${owner}`;
      this.entities[entity_id] = { entity_id, device_id, platform: DOMAIN, translation_key: key };
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
  if (chargers >= 0) house.devices["device-site"] = device("site", "Cerbo GX");
  for (const key of chargers >= 0 ? SITE_KEYS : []) house.add("sensor", "site", key, "unavailable");
  for (let number = 0; number < chargers; number += 1) house.ids.push(makeCharger(house, number));
  if (!missing) house.ids.forEach((id) => house.set(id, "status", "charging"));
  house.hass = () => ({
    ...house.frame,
    devices: house.devices, entities: house.entities, states: house.states,
  });
  house.frame = {
    language,
    locale: { language, number_format: format, time_zone: "local" },
    config: { time_zone: "Europe/Amsterdam", components: ["history", "recorder", "logbook"] },
    connected: true,
    formatEntityState: (state, value = state.state) => words(value),
    callService: async (domain, service, data) => {
      house.calls.push({ domain, service, ...data });
      if (house.refuses) throw new Error("no");
    },
    callWS: async (message) => {
      house.asked.push(message);
      if (house.noHistory) throw new Error("unknown command");
      return Object.fromEntries(message.entity_ids.map((id) => [id, [{ s: "100.0", lu: 0 }]]));
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
    status: "charging", mode: "solar", offered_a: 12, current_a: 11.8, power_w: 2710,
    connected: true, low_a: 6, high_a: 20, top_a: 32, session_kwh: [3.1, 0.4, 0.1],
    lifetime_kwh: [106.2, 101.1, 100.3], reason: "following_surplus",
    sentence: "The surplus is 2710 W, so the car is offered 12 A. The house battery is at 82 % and keeps 46 %.",
    what_would_change: "Charging stops when the house battery is down to 46 % and the mean surplus is below 1100 W.",
    ...charger,
  };
  return {
    site: {
      pv_w: 4180, grid_w: -310, battery_w: 640, house_w: 520, surplus_w: 2710, soc_pct: 82,
      reserve_pct: 46, resume_pct: 50, curtailed: false, missing: [], ...site,
    },
    chargers: Object.fromEntries(ids.map((id) => [id, { ...one }])),
  };
}

/** Puts a card on the page and waits until it is drawn. */
export async function show(house, config = {}) {
  await customElements.whenDefined("victron-openevse-card");
  const card = document.createElement("victron-openevse-card");
  card.setConfig({ type: "custom:victron-openevse-card", ...config });
  card.hass = house.hass();
  document.querySelector("main").replaceChildren(card);
  await drawn(card);
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
