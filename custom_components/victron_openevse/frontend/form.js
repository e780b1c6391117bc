// The card's settings: how Home Assistant's editor asks for them, and what is not accepted.

import { DOMAIN } from "./registry.js";
import { t } from "./texts.js";

const COMMON = [
  { name: "title", selector: { text: {} } },
  { name: "site", selector: { config_entry: { integration: DOMAIN } } },
  {
    name: "chargers",
    selector: {
      device: { multiple: true, filter: [{ integration: DOMAIN, manufacturer: "OpenEVSE" }] },
    },
  },
];
const FLOW = { name: "flow", default: true, selector: { boolean: {} } };

/** Throws an error that Home Assistant shows in place of the card. */
export function checkConfig(config) {
  if (config.chargers !== undefined && !Array.isArray(config.chargers)) {
    throw new Error("chargers: a list of device ids is wanted");
  }
  if (config.site !== undefined && typeof config.site !== "string") {
    throw new Error("site: the id of a config entry is wanted");
  }
}

const formOf = (schema) => ({
  schema,
  computeLabel: ({ name }) => t(`form_${name}`),
  computeHelper: ({ name }) => (name === "title" ? undefined : t(`form_${name}_help`)),
  assertConfig: checkConfig,
});

/** Of the live card. */
export const configForm = () => formOf([...COMMON, FLOW]);

/** Of the cards beside it. */
export const panelForm = () => formOf(COMMON);
