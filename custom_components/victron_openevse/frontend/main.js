// Loaded by Home Assistant's page: makes cards and dashboard known, to the page and to its pickers.

import { VictronOpenevseCard } from "./card.js";
import { VictronOpenevseDayCard } from "./day-card.js";
import { DOMAIN, sitesOf } from "./registry.js";
import { VictronOpenevseStrategy } from "./strategy.js";
import { loadTexts } from "./texts.js";
import { VictronOpenevseWhatIfCard } from "./trial-card.js";

const CARD = "victron-openevse-card";
const DAY_CARD = "victron-openevse-day-card";
const WHAT_IF_CARD = "victron-openevse-what-if-card";
const STRATEGY = "victron-openevse";
const DOCUMENTATION = "https://github.com/victron-openevse/victron-openevse";

/** A card for an entity of ours: its charger, or its site. */
function suggestCard(hass, entityId) {
  const entity = hass.entities[entityId];
  if (entity?.platform !== DOMAIN) return null;
  for (const site of sitesOf(hass)) {
    const config = { type: `custom:${CARD}`, site: site.id };
    if (site.deviceId === entity.device_id) return { config };
    const charger = site.chargers.find((one) => one.deviceId === entity.device_id);
    if (charger) return { config: { ...config, chargers: [charger.deviceId] } };
  }
  return null;
}

/** Another version may be there already when Home Assistant was updated under an open page. */
function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}

define(CARD, VictronOpenevseCard);
define(DAY_CARD, VictronOpenevseDayCard);
define(WHAT_IF_CARD, VictronOpenevseWhatIfCard);
define(`ll-strategy-dashboard-${STRATEGY}`, VictronOpenevseStrategy);

const card = {
  type: CARD,
  name: "Victron openEVSE",
  preview: true,
  documentationURL: DOCUMENTATION,
  getEntitySuggestion: suggestCard,
};
const beside = [
  { type: DAY_CARD, name: "Victron openEVSE: day", documentationURL: DOCUMENTATION },
  { type: WHAT_IF_CARD, name: "Victron openEVSE: what if", documentationURL: DOCUMENTATION },
];
const strategy = { type: STRATEGY, strategyType: "dashboard", name: "Victron openEVSE" };
(window.customCards ??= []).push(card, ...beside);
(window.customStrategies ??= []).push(strategy);

// The pickers are opened later, by then in the user's language.
loadTexts(document.documentElement.lang || navigator.language)
  .then((t) => {
    card.description = t("card_description");
    beside[0].description = t("day_description");
    beside[1].description = t("what_if_description");
    strategy.description = t("dashboard_description");
  })
  .catch(() => {
    // They do without.
  });
