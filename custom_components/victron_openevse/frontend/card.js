// The card: live flow, and each charger with its dial, reason, modes and energy.
//
// Motion and numbers come once a second over a subscription of our own, because recorded states are
// kept few; names, modes and status are entities, so Home Assistant words them for its user.

import { Charger } from "./charger.js";
import { html, setAttribute, setText } from "./dom.js";
import { makeFlow, updateFlow } from "./flow.js";
import { checkConfig, configForm } from "./form.js";
import { makeNumbers } from "./numbers.js";
import {
  DOMAIN,
  chargersFor,
  entityOf,
  numberOf,
  siteFor,
  sitesOf,
  stateOf,
} from "./registry.js";
import { sheet } from "./styles.js";
import { loadTexts } from "./texts.js";
import { Today } from "./today.js";

// What of a charger's entities is on the card besides the live picture.
const SHOWN = ["mode", "status", "reason", "charging_cost", "charging_savings"];
const SITE_ENTITIES = ["pv_power", "battery_power", "grid_power", "house_power"];
const NOTHING_LIVE = { site: null, chargers: {} };
// A Home Assistant that is just starting does not know our subscription yet.
const RETRY_MS = 3000;
// Rows of 56 px that the card wants in a layout that asks.
const CARD_ROWS = 12;

export class VictronOpenevseCard extends HTMLElement {
  #config = {};
  #hass = null;
  #t = null;
  #language = null;
  #numbers = null;
  #live = NOTHING_LIVE;
  #subscribedTo = null;
  #unsubscribe = null;
  #retry = null;
  #frame = null;
  #built = "";
  #flow = null;
  #chargers = new Map();
  #today = new Today();
  #title = html("h2");
  #hint = html("p", { class: "hint" });
  #banner = html("p", { class: "banner", role: "status" });
  #body = html("div", { class: "body" });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(html("ha-card", {}, this.#title, this.#banner, this.#hint, this.#body));
  }

  static getConfigForm() {
    return configForm();
  }

  static getStubConfig() {
    return {};
  }

  setConfig(config) {
    checkConfig(config);
    this.#config = config;
    this.#follow();
    this.#schedule();
  }

  getCardSize() {
    return CARD_ROWS;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  set hass(hass) {
    const before = this.#hass;
    this.#hass = hass;
    if (hass.connected === false) this.#forget();
    if (!before || this.#concerns(before, hass)) {
      this.#follow();
      this.#schedule();
    }
  }

  get hass() {
    return this.#hass;
  }

  connectedCallback() {
    this.#follow();
    this.#schedule();
  }

  disconnectedCallback() {
    this.#leave();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  /** Whether anything changed that this card shows; most changes of a house are not ours. */
  #concerns(before, after) {
    const same = ["entities", "devices", "locale", "language", "connected"];
    if (same.some((name) => before[name] !== after[name])) return true;
    const site = siteFor(after, this.#config);
    return Boolean(site) && chargersFor(site, this.#config).some((charger) =>
      SHOWN.some((key) => {
        const id = entityOf(after, charger, key);
        return before.states[id] !== after.states[id];
      }),
    );
  }

  /** Subscribes to the site that is to be shown, in the user's language. */
  #follow() {
    if (!this.isConnected || !this.#hass || this.#hass.connected === false) return;
    if (this.#hass.language !== this.#language) this.#learn(this.#hass.language);
    const site = siteFor(this.#hass, this.#config);
    const wanted = site ? `${site.id} ${this.#hass.language}` : null;
    if (wanted === this.#subscribedTo) return;
    this.#leave();
    this.#subscribedTo = wanted;
    if (site) this.#subscribe(site.id, wanted);
  }

  #subscribe(site, wanted) {
    const message = { type: `${DOMAIN}/live`, site, language: this.#hass.language };
    const arrived = (live) => {
      if (this.#subscribedTo !== wanted) return;
      this.#live = live;
      this.#schedule();
    };
    // Not renewed by itself after a lost connection: that fails for good while we are not set up.
    const ways = { resubscribe: false };
    const opening = this.#hass.connection.subscribeMessage(arrived, message, ways);
    this.#unsubscribe = () => opening.then((close) => close());
    opening.catch(() => {
      if (this.#subscribedTo === wanted) this.#tryLater();
    });
  }

  #tryLater() {
    this.#forget();
    this.#retry = setTimeout(() => this.#follow(), RETRY_MS);
  }

  /** Ends the subscription. */
  #leave() {
    this.#unsubscribe?.().catch(() => {
      // The connection was lost, or it was never open; nothing is left to close.
    });
    this.#forget();
  }

  /** The subscription is gone with the connection; what it told last is not true for long. */
  #forget() {
    clearTimeout(this.#retry);
    this.#unsubscribe = null;
    this.#subscribedTo = null;
    this.#live = NOTHING_LIVE;
  }

  async #learn(language) {
    this.#language = language;
    try {
      this.#t = await loadTexts(language);
    } catch {
      // Home Assistant is away; asked again with its next news.
      this.#language = null;
      return;
    }
    this.#schedule();
  }

  #schedule() {
    if (this.#frame !== null || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      this.render();
    });
  }

  /** Shows the present moment. */
  render() {
    if (!this.#hass || !this.#t) return;
    const site = siteFor(this.#hass, this.#config);
    const chargers = site ? chargersFor(site, this.#config) : [];
    this.#build(site, chargers);
    this.#numbers = this.#numbersFor(this.#hass.locale);
    setText(this.#title, this.#config.title ?? "");
    this.#title.hidden = !this.#config.title;
    setText(this.#hint, this.#hintFor(site, chargers));
    this.#hint.hidden = !this.#hint.textContent;
    setAttribute(this.#body, "data-away", this.#hass.connected === false);
    this.#banner.hidden = !this.#isShadow(site);
    setText(this.#banner, this.#banner.hidden ? "" : this.#t("shadow"));
    if (!site) return;
    this.#today.refresh(this.#hass, chargers, () => this.#schedule());
    if (this.#flow) updateFlow(this.#flow, this.#moment(site), this.#numbers, this.#t);
    for (const charger of chargers) this.#update(charger);
  }

  #update(charger) {
    const live = this.#live.chargers[charger.id] ?? null;
    const today = {
      kwh: this.#today.energy(this.#hass, charger, live?.lifetime_kwh),
      cost: this.#today.money(this.#hass, charger, "charging_cost"),
      savings: this.#today.money(this.#hass, charger, "charging_savings"),
    };
    this.#chargers.get(charger.id).update(this.#hass, live, today, this.#numbers, this.#t);
  }

  /** Whether everything is decided and nothing sent. */
  #isShadow(site) {
    if (!site) return false;
    return this.#live.site?.shadow ?? stateOf(this.#hass, site, "shadow")?.state === "on";
  }

  #numbersFor(locale) {
    if (this.#numbers?.locale === locale) return this.#numbers;
    return { ...makeNumbers(locale), locale };
  }

  #hintFor(site, chargers) {
    if (!site) return sitesOf(this.#hass).length ? this.#t("site_gone") : this.#t("no_site");
    return chargers.length ? "" : this.#t("no_charger");
  }

  /** Makes the elements anew, only when there are other chargers than before. */
  #build(site, chargers) {
    const withFlow = Boolean(site) && this.#config.flow !== false;
    const wanted = [site?.id, withFlow, ...chargers.map((charger) => charger.id)].join();
    if (wanted === this.#built) return;
    this.#built = wanted;
    this.#flow = withFlow ? makeFlow(() => this.#entities()) : null;
    this.#chargers = new Map(chargers.map((charger) => [charger.id, new Charger(charger)]));
    const list = html("div", { class: "chargers" });
    list.append(...[...this.#chargers.values()].map((charger) => charger.root));
    this.#body.replaceChildren(...(this.#flow ? [this.#flow.root] : []), list);
    setAttribute(this.#body, "data-chargers", Math.min(chargers.length, 2));
  }

  /** Entities behind the nodes of the flow. */
  #entities() {
    const site = siteFor(this.#hass, this.#config);
    const [first] = chargersFor(site, this.#config);
    const found = SITE_ENTITIES.map((key) => [key, entityOf(this.#hass, site, key)]);
    if (first) found.push(["charging_power", entityOf(this.#hass, first, "charging_power")]);
    return Object.fromEntries(found);
  }

  /** The flow of all cars of the site, whichever this card shows. */
  #moment(site) {
    const live = this.#live.site;
    const number = (key) => numberOf(stateOf(this.#hass, site, key));
    const cars = Object.values(this.#live.chargers);
    return {
      sun_w: live ? live.pv_w : number("pv_power"),
      house_w: live ? live.house_w : number("house_power"),
      battery_w: live ? live.battery_w : number("battery_power"),
      grid_w: live ? live.grid_w : number("grid_power"),
      soc_pct: live ? live.soc_pct : number("battery_soc"),
      reserve_pct: live ? live.reserve_pct : number("reserve"),
      resume_pct: live?.resume_pct ?? null,
      curtailed: live?.curtailed ?? false,
      car_w: sumOf(cars, "power_w"),
      offered_a: sumOf(cars, "offered_a"),
      cars: site.chargers.length,
    };
  }
}

/** Sum of what is known; null when nothing is. */
function sumOf(cars, key) {
  const known = cars.map((car) => car[key]).filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
}
