// What if: the recorded days once more with other settings. The server replays them; nothing is changed.

import { html, setAttribute, setText } from "./dom.js";
import { Panel } from "./panel.js";
import { DOMAIN } from "./registry.js";
import { ChargerTabs } from "./tabs.js";
import { TrialFields } from "./trial-fields.js";
import { TrialResult } from "./trial-result.js";

const DAYS = [1, 3, 7, 14];
const USUAL_DAYS = 7;
// Rows of 56 px that the card wants in a layout that asks.
const CARD_ROWS = 9;

export class VictronOpenevseWhatIfCard extends Panel {
  #charger = null;
  #running = false;
  #fields = new TrialFields(() => this.follow());
  #result = new TrialResult();
  #tabs = new ChargerTabs((id) => {
    this.#charger = id;
    this.follow();
  });
  #title = html("h3");
  #about = html("p", { class: "quiet" });
  #days = html("select");
  #daysName = html("span");
  #try = html("button", { type: "submit", class: "try" });
  #reset = html("button", { type: "button", class: "plain", click: () => this.#putBack() });
  #progress = html("progress", { hidden: "" });
  #message = html("p", { class: "quiet", role: "status" });
  #link = html("a");
  #form = html("form", { novalidate: "" });

  constructor() {
    super();
    const days = html("label", { class: "field" }, this.#daysName, this.#days);
    const act = html("div", { class: "act" }, days, this.#try, this.#reset, this.#progress);
    this.#form.append(this.#fields.root, act);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    this.body.append(
      html("header", {}, this.#title),
      this.#about,
      this.#tabs.root,
      this.#form,
      this.#message,
      this.#result.root,
      html("p", { class: "quiet" }, this.#link),
    );
  }

  getCardSize() {
    return CARD_ROWS;
  }

  follow() {
    const { t, hass, site, chargers } = this;
    const charger = chargers.find((one) => one.id === this.#charger) ?? chargers[0];
    setText(this.#title, this.config.title || t("trial_title"));
    setText(this.#about, charger ? t("trial_about") : this.#lacking());
    this.#form.hidden = !charger;
    this.#link.hidden = !charger;
    if (!charger) return;
    this.#charger = charger.id;
    this.#tabs.update(chargers, charger.id, t("form_chargers"));
    this.#fields.update(hass, site, charger, t);
    this.#name(site);
  }

  #lacking() {
    return this.site ? this.t("no_charger") : this.t("no_site");
  }

  #name(site) {
    const { t } = this;
    setText(this.#daysName, t("trial_days"));
    if (!this.#days.options.length) this.#offerDays();
    setText(this.#try, t("trial_try"));
    setText(this.#reset, t("trial_reset"));
    this.#try.disabled = this.#running;
    this.#reset.hidden = !Object.keys(this.#fields.changes).length;
    setText(this.#link, t("trial_settings"));
    const page = this.config.settings_path ?? `/config/devices/device/${site.deviceId}`;
    setAttribute(this.#link, "href", page);
    setAttribute(this.#progress, "aria-label", t("trial_running"));
  }

  #offerDays() {
    const make = (days) => html("option", { value: days }, this.numbers.plain(days));
    this.#days.replaceChildren(...DAYS.map(make));
    this.#days.value = USUAL_DAYS;
  }

  #putBack() {
    this.#fields.reset();
    this.follow();
    this.#try.focus();
  }

  async #run() {
    const { changes } = this.#fields;
    if (this.#running || !this.#fields.check()) return;
    if (!Object.keys(changes).length) {
      setText(this.#message, this.t("trial_nothing"));
      return;
    }
    this.#show({ running: true, words: this.t("trial_running") });
    try {
      const found = await this.hass.callWS({
        type: `${DOMAIN}/what_if`,
        site: this.site.id,
        charger: this.#charger,
        days: Number(this.#days.value),
        changes,
        language: this.hass.language,
      });
      this.#result.show(found, this.numbers, this.t);
      this.#show({ running: false, words: "" });
    } catch (error) {
      this.#show({ running: false, words: this.wordsOf(error) });
    }
  }

  #show({ running, words }) {
    this.#running = running;
    if (running) this.#result.root.hidden = true;
    this.#progress.hidden = !running;
    setAttribute(this.body, "aria-busy", running ? "true" : undefined);
    setText(this.#message, words);
    this.follow();
  }
}
