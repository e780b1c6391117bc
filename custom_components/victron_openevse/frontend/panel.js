// What the cards beside the live one have in common: a frame, its site and chargers, words and writers.

import { html } from "./dom.js";
import { checkConfig, panelForm } from "./form.js";
import { makeNumbers } from "./numbers.js";
import { chargersFor, siteFor } from "./registry.js";
import { panelSheet } from "./panel-styles.js";
import { sheet } from "./styles.js";
import { loadTexts } from "./texts.js";
import { makeTimes } from "./times.js";

export class Panel extends HTMLElement {
  config = {};
  t = null;
  numbers = null;
  times = null;
  body = html("div", { class: "panel" });
  #hass = null;
  #language = null;
  #locale = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet, panelSheet];
    root.append(html("ha-card", {}, this.body));
  }

  static getConfigForm() {
    return panelForm();
  }

  static getStubConfig() {
    return {};
  }

  setConfig(config) {
    checkConfig(config);
    this.config = config;
    this.#refresh();
  }

  set hass(hass) {
    this.#hass = hass;
    this.#refresh();
  }

  get hass() {
    return this.#hass;
  }

  get site() {
    return siteFor(this.hass, this.config);
  }

  get chargers() {
    return this.site ? chargersFor(this.site, this.config) : [];
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  connectedCallback() {
    this.#refresh();
  }

  /** Shows what there is; called with every news of the house, so it must be cheap. */
  follow() {}

  /** What a request that failed has to say, in the user's language where it knows it. */
  wordsOf(error) {
    if (error?.code === "unknown_command") return this.t("not_yet");
    return error?.message || this.t("failed");
  }

  #refresh() {
    const hass = this.#hass;
    if (!hass || !this.isConnected) return;
    if (hass.language !== this.#language) this.#learn(hass.language);
    if (hass.locale !== this.#locale) {
      this.#locale = hass.locale;
      this.numbers = makeNumbers(hass.locale);
      this.times = makeTimes(hass.locale, hass.config.time_zone);
    }
    if (this.t) this.follow();
  }

  async #learn(language) {
    this.#language = language;
    try {
      this.t = await loadTexts(language);
    } catch {
      // Home Assistant is away; asked again with its next news.
      this.#language = null;
      return;
    }
    this.#refresh();
  }
}
