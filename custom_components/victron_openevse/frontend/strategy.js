// The dashboard that builds itself from the sites and chargers that are set up: what happens now,
// what happened, what can be set, and what is wrong. Native cards wherever they serve.

import { entityOf, siteFor, sitesOf } from "./registry.js";
import { loadTexts } from "./texts.js";

const COLOURS = { sun: "#f4a300", house: "#5c6bc0", car: "#3fa34d", kept: "#d95d39", offered: "#8ab6d6" };
const CARD = "custom:victron-openevse-card";
const DAY_CARD = "custom:victron-openevse-day-card";
const WHAT_IF_CARD = "custom:victron-openevse-what-if-card";
const RECENT_H = 6;
const HISTORY_H = 24;
const ENERGY_DAYS = 14;

const SITE_SETTINGS = [
  "priority",
  "night_reserve",
  "reserve_floor",
  "resume_soc",
  "base_load",
  "battery_capacity",
  "min_on_time",
  "min_off_time",
  "grid_limit",
  "battery_limit",
  "inverter_limit",
  "allow_islanded",
  "shadow",
];
const QUICK = ["pause_until_morning", "use_battery", "departure_planned", "departure", "target_soc"];
// Counters of which today's part is told.
const CHARGER_TODAY = ["contactor_closings", "charging_cost", "charging_savings"];
const CHARGER_NOW = ["session_energy", "solar_share", "charging_power", "current_change"];
// Watched as they move; the battery's level is a bar.
const SITE_TRENDS = ["pv_power", "battery_power", "surplus", "grid_power"];
const SITE_NOW = ["reserve", "sun_hours_left", "energy_exported", "pv_curtailed"];
const SUN_TIMES = ["next_rising", "next_setting"];
const CHARGER_SETTINGS = [
  "solar_min_current",
  "solar_max_current",
  "medium_current",
  "fast_current",
  "circuit_current",
  "session_limit",
  "daily_closings",
  "phases",
  "grid_phase",
  "order",
  "safe_state",
  "commissioning_check",
];
const SITE_TROUBLE = ["data_problem", "connection", "battery_guard", "battery_steered", "pv_curtailed"];
const CHARGER_TROUBLE = ["status", "reason", "vehicle_connected", "charging", "offered_current", "safe_state_ensured", "commissioning"];

const has = (hass, component) => hass.config.components.includes(component);

/** A device's name, which leads to its page. */
const heading = (device, icon) => ({
  type: "heading",
  heading: device.name,
  icon,
  tap_action: {
    action: "navigate",
    navigation_path: `/config/devices/device/${device.deviceId}`,
  },
});

const full = { grid_options: { columns: "full" } };

const section = (...cards) => ({ type: "grid", cards: cards.flat() });

/** Those entities of a device that there are, named without the device: its heading says it. */
const rowsOf = (hass, device, keys) =>
  keys
    .map((key) => entityOf(hass, device, key))
    .filter((entity) => entity !== undefined)
    .map((entity) => ({ entity, name: hass.entities[entity].name }));

const idsOf = (hass, device, keys) => rowsOf(hass, device, keys).map(({ entity }) => entity);

const entitiesCard = (hass, device, keys) => {
  const entities = rowsOf(hass, device, keys);
  return entities.length ? [{ type: "entities", entities, ...full }] : [];
};

const tiles = (hass, device, keys) =>
  rowsOf(hass, device, keys).map((row) => ({ type: "tile", ...row }));

const withFeature = (rows, feature) =>
  rows.map((row) => ({ ...row, features: [feature], grid_options: { columns: 6, rows: 2 } }));

/** What a counter gained since midnight, where Home Assistant keeps statistics. */
function todayTiles(hass, device, keys, t) {
  const today = { type: "statistic", period: { calendar: { period: "day" } }, stat_type: "change" };
  if (!has(hass, "recorder")) return [];
  return keys
    .map((key) => ({ ...today, entity: entityOf(hass, device, key), name: t(`today_${key}`) }))
    .filter(({ entity }) => entity !== undefined);
}

/** Sunrise and sunset, where Home Assistant tells them. */
const sunTiles = (hass) =>
  Object.values(hass.entities)
    .filter((one) => one.platform === "sun" && SUN_TIMES.includes(one.translation_key))
    .map((one) => ({ type: "tile", entity: one.entity_id, name: one.name }));

/** The site's numbers as native tiles. */
function siteTiles(hass, site, hours) {
  const trend = { type: "trend-graph", hours_to_show: hours };
  return section(
    heading(site, "mdi:home-lightning-bolt"),
    withFeature(tiles(hass, site, SITE_TRENDS), trend),
    withFeature(tiles(hass, site, ["battery_soc"]), { type: "bar-gauge" }),
    tiles(hass, site, SITE_NOW),
    sunTiles(hass),
  );
}

/** A chart of [device, key, colour, name] each; none without the recorder or without entities. */
function chart(hass, title, series, hours) {
  const entities = series.flatMap(([device, key, color, name]) =>
    rowsOf(hass, device, [key]).map((row) => ({ ...row, name: name ?? row.name, color })),
  );
  if (!entities.length || !has(hass, "history")) return [];
  return [{ type: "history-graph", title, hours_to_show: hours, entities, ...full }];
}

function powerChart(hass, site, t, hours) {
  const cars = site.chargers.map((one) => [one, "charging_power", COLOURS.car, one.name]);
  const series = [
    [site, "pv_power", COLOURS.sun, t("sun")],
    ...(cars.length === 1 ? [[...cars[0].slice(0, 3), t("car")]] : cars),
    [site, "house_power", COLOURS.house, t("house")],
  ];
  return chart(hass, t("chart_power"), series, hours);
}

/** Card beside what is switched daily, then a chart beside the numbers. */
function siteNow(hass, site, t, hours) {
  const card = { type: CARD, site: site.id, ...full };
  const quick = site.chargers.flatMap((charger) => [
    heading(charger, "mdi:ev-station"),
    ...tiles(hass, charger, [...QUICK, ...CHARGER_NOW]),
    ...todayTiles(hass, charger, CHARGER_TODAY, t),
  ]);
  return [
    { ...section(card), column_span: 2 },
    section(quick),
    { ...section(powerChart(hass, site, t, hours)), column_span: 2 },
    siteTiles(hass, site, hours),
  ].filter(({ cards }) => cards.length);
}

function nowView(hass, sites, t, hours = RECENT_H) {
  const none = section({ type: CARD, ...full });
  return {
    title: t("view_now"),
    path: "now",
    type: "sections",
    max_columns: 3,
    sections: sites.length ? sites.flatMap((site) => siteNow(hass, site, t, hours)) : [none],
  };
}

/** The day of decisions beside the question what other settings would have done. */
function siteDays(hass, site, several) {
  if (!has(hass, "recorder") || !site.chargers.length) return [];
  const named = several ? [heading(site, "mdi:home-lightning-bolt")] : [];
  const day = { type: DAY_CARD, site: site.id, ...full };
  // The settings are a view of the same dashboard.
  const whatIf = { type: WHAT_IF_CARD, site: site.id, settings_path: "settings", ...full };
  return [{ ...section(named, day), column_span: 2 }, section(named, whatIf)];
}

function siteCharts(hass, site, t, hours) {
  const battery = [
    [site, "battery_soc", COLOURS.car],
    [site, "reserve", COLOURS.kept],
  ];
  return section(
    heading(site, "mdi:solar-power-variant"),
    powerChart(hass, site, t, hours),
    chart(hass, t("chart_battery"), battery, hours),
  );
}

function chargerCharts(hass, charger, t, hours) {
  const current = [
    [charger, "offered_current", COLOURS.offered],
    [charger, "charging_current", COLOURS.car],
  ];
  const energy = rowsOf(hass, charger, ["energy_solar", "energy_battery", "energy_grid"]);
  const days = {
    type: "statistics-graph",
    title: t("chart_energy"),
    chart_type: "bar",
    period: "day",
    days_to_show: ENERGY_DAYS,
    stat_types: ["change"],
    entities: energy,
    ...full,
  };
  const told = { entity_id: idsOf(hass, charger, ["mode", "status", "reason", "session"]) };
  const log = { type: "logbook", title: t("log"), target: told, hours_to_show: hours, ...full };
  return section(
    heading(charger, "mdi:ev-station"),
    chart(hass, t("chart_current"), current, hours),
    has(hass, "recorder") && energy.length ? [days] : [],
    has(hass, "logbook") ? [log] : [],
  );
}

function historyView(hass, sites, t, hours = HISTORY_H) {
  return {
    title: t("view_history"),
    path: "history",
    type: "sections",
    max_columns: 3,
    sections: sites.flatMap((site) => [
      ...siteDays(hass, site, sites.length > 1),
      siteCharts(hass, site, t, hours),
      ...site.chargers.map((charger) => chargerCharts(hass, charger, t, hours)),
    ]),
  };
}

/** A view of native entity lists, one section for each site and each charger. */
function listView(hass, sites, siteKeys, chargerKeys, frame) {
  const sections = sites.flatMap((site) => [
    section(heading(site, "mdi:home-lightning-bolt"), entitiesCard(hass, site, siteKeys)),
    ...site.chargers.map((charger) =>
      section(heading(charger, "mdi:ev-station"), entitiesCard(hass, charger, chargerKeys)),
    ),
  ]);
  return { type: "sections", max_columns: 3, sections, ...frame };
}

/** Options: `site`, the id of one config entry; `hours`, how far the charts reach back. */
export class VictronOpenevseStrategy {
  static registryDependencies = ["entities", "devices"];

  static async generate(config, hass) {
    const t = await loadTexts(hass.language);
    const chosen = config.site ? siteFor(hass, config) : undefined;
    const sites = chosen ? [chosen] : sitesOf(hass);
    const views = [nowView(hass, sites, t, config.hours)];
    if (!sites.length) return { title: t("dashboard"), views };
    const settings = { title: t("view_settings"), path: "settings" };
    const trouble = { title: t("view_trouble"), path: "trouble" };
    views.push(
      historyView(hass, sites, t, config.hours),
      listView(hass, sites, SITE_SETTINGS, [...QUICK, ...CHARGER_SETTINGS], settings),
      listView(hass, sites, SITE_TROUBLE, CHARGER_TROUBLE, trouble),
    );
    return { title: t("dashboard"), views };
  }

  /** What Home Assistant proposes when the dashboard is added. */
  static async getCreateSuggestions(hass) {
    const t = await loadTexts(hass.language);
    return { title: t("dashboard"), icon: "mdi:solar-power" };
  }
}
