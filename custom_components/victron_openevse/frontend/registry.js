// Finds our sites, chargers and entities in Home Assistant's registries, never by entity id: those
// belong to their owner, who may rename them.

export const DOMAIN = "victron_openevse";

const SEVERAL_DEVICES = new WeakMap();
const SEVERAL_ENTITIES = new WeakMap();

/** Remembers what was made of a registry until Home Assistant replaces it. */
function once(cache, registry, make) {
  if (!cache.has(registry)) cache.set(registry, make(registry));
  return cache.get(registry);
}

const ownId = (device) => device.identifiers?.find(([domain]) => domain === DOMAIN)?.[1];

const nameOf = (device) => device.name_by_user || device.name || "";

const byName = (one, other) => one.name.localeCompare(other.name);

function readDevices(devices) {
  const ours = Object.values(devices)
    .filter((device) => ownId(device) !== undefined)
    .map((device) => ({
      id: ownId(device),
      deviceId: device.id,
      name: nameOf(device),
      via: device.via_device_id ?? null,
      disabled: Boolean(device.disabled_by),
    }))
    .sort(byName);
  return ours
    .filter((site) => !site.via)
    .map((site) => ({
      ...site,
      chargers: ours.filter((charger) => charger.via === site.deviceId && !charger.disabled),
    }));
}

/** Sites with their chargers; `id` is that of the config entry or subentry, by which live data comes. */
export const sitesOf = (hass) => once(SEVERAL_DEVICES, hass.devices, readDevices);

function readEntities(entities) {
  const found = new Map();
  for (const entity of Object.values(entities)) {
    if (entity.platform === DOMAIN && entity.device_id) {
      found.set(`${entity.device_id} ${entity.translation_key}`, entity.entity_id);
    }
  }
  return found;
}

/** Entity id of what a device of ours calls `key`; undefined when it is not there or disabled. */
export const entityOf = (hass, device, key) =>
  once(SEVERAL_ENTITIES, hass.entities, readEntities).get(`${device.deviceId} ${key}`);

export const stateOf = (hass, device, key) => hass.states[entityOf(hass, device, key)];

/** A state as a number; null when it is none. */
export function numberOf(state) {
  const value = state === undefined || state.state === "" ? NaN : Number(state.state);
  return Number.isFinite(value) ? value : null;
}

/** The site that a card shows: the one it names, else the first. */
export function siteFor(hass, config) {
  const sites = sitesOf(hass);
  return config.site ? sites.find((site) => site.id === config.site) : sites[0];
}

/** The chargers that a card shows: those it names, else all of the site. */
export function chargersFor(site, config) {
  const named = config.chargers ?? [];
  return site.chargers.filter((charger) => !named.length || named.includes(charger.deviceId));
}
