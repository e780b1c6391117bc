// One charger: its status, dial, reason, modes to choose with one tap, and what today brought.

import { makeDial, updateDial } from "./dial.js";
import { html, openEntity, setAttribute, setText, tell } from "./dom.js";
import { entityOf, numberOf, stateOf } from "./registry.js";
import { TONES } from "./tones.js";

const ORIGINS = ["sun", "battery", "grid"];
// Less energy than a screen shows.
const NOTHING_KWH = 0.05;
const FULL_PCT = 100;
// Top of the dial until the circuit's current is known.
const USUAL_CIRCUIT_A = 32;
// A choice that Home Assistant has not confirmed by then is shown as it was.
const CONFIRM_MS = 10_000;

function makeEnergy() {
  const bar = html("div", { class: "bar", "aria-hidden": "true" });
  const total = html("span");
  const share = html("span");
  const legend = html("ul", { class: "legend" });
  const parts = ORIGINS.map((origin) => {
    const part = html("span", { class: origin });
    const words = html("span");
    bar.append(part);
    legend.append(html("li", {}, html("i", { class: origin }), words));
    return { part, words };
  });
  const title = html("p", { class: "energy-title" }, total, " ", share);
  return { root: html("div", { class: "energy" }, title, bar, legend), total, share, parts };
}

function updateEnergy(energy, kwh, title, numbers, t) {
  const total = kwh.reduce((sum, part) => sum + part, 0);
  const some = total >= NOTHING_KWH;
  const percentOf = (part) => (some ? (FULL_PCT * part) / total : 0);
  setText(energy.total, `${title} ${numbers.energy(total)}`);
  setText(energy.share, some ? t("from_sun", { share: numbers.level(percentOf(kwh[0])) }) : "");
  const names = [t("sun"), t("battery"), t("grid")];
  energy.parts.forEach(({ part, words }, origin) => {
    const width = `${percentOf(kwh[origin]).toFixed(1)}%`;
    if (part.style.width !== width) part.style.width = width;
    setText(words, `${names[origin]} ${numbers.energy(kwh[origin])}`);
  });
}

/** What one wants to be sure of: the contactor is spared, and what charging cost and saved. */
function trustWords(live, money, numbers, t) {
  const { closings, daily_closings } = live ?? {};
  const count = { count: numbers.plain(closings ?? 0), most: numbers.plain(daily_closings ?? 0) };
  return [
    closings === undefined ? "" : t("closings", count),
    money.cost ? t("cost", { sum: numbers.money(money.cost) }) : "",
    money.savings ? t("savings", { sum: numbers.money(money.savings) }) : "",
  ];
}

/** Keeps a number and its unit on one line. */
const keepUnits = (sentence) => sentence.replace(/(\d) (?=(?:%|A|W|kWh|min|s)(?![a-z]))/g, "$1\u00a0");

export class Charger {
  #charger;
  #hass;
  #t;
  #buttons = new Map();
  #wanted = null;
  #wantedUntil = 0;
  #dial = makeDial();
  #energy = makeEnergy();
  #name = html("h3");
  #status = html("span", { class: "status", role: "status" });
  #why = html("p", { class: "why" });
  #next = html("p", { class: "next" });
  #modes = html("div", { class: "modes", role: "group" });
  #modeWords = html("p", { class: "mode-words" });
  #trust = html("ul", { class: "trust" }, html("li"), html("li"), html("li"));

  constructor(charger) {
    this.#charger = charger;
    this.root = html(
      "section",
      { class: "charger" },
      html("header", {}, this.#name, this.#status),
      html("div", { class: "now" }, this.#dial.root, this.#why),
      this.#modes,
      this.#modeWords,
      this.#energy.root,
      this.#trust,
      this.#next,
    );
    this.#dial.root.addEventListener("click", () => this.#open("offered_current"));
  }

  /**
   * Shows `live`, what is known now (null = nothing), and of `today` the energy `kwh` (null = not
   * known) and the money `cost` and `savings` as { value, unit }.
   */
  update(hass, live, today, numbers, t) {
    this.#hass = hass;
    this.#t = t;
    const seen = live ?? this.#fromStates(hass);
    setText(this.#name, this.#charger.name);
    this.#updateStatus(hass);
    updateDial(this.#dial, seen, numbers, t);
    setText(this.#why, keepUnits(seen.sentence ?? this.#word("reason")));
    setText(this.#next, keepUnits(seen.what_would_change ?? ""));
    this.#updateModes(hass, t);
    const kwh = today.kwh ?? seen.session_kwh;
    this.#energy.root.hidden = !kwh;
    const title = today.kwh ? t("today") : t("session");
    if (kwh) updateEnergy(this.#energy, kwh, title, numbers, t);
    const trust = trustWords(live, today, numbers, t);
    trust.forEach((words, index) => setText(this.#trust.children[index], words));
    this.#trust.hidden = trust.every((words) => !words);
  }

  /** What the recorded states tell, for the moment before live data comes. */
  #fromStates(hass) {
    const number = (key) => numberOf(stateOf(hass, this.#charger, key));
    return {
      offered_a: number("offered_current"),
      current_a: number("charging_current"),
      power_w: number("charging_power"),
      top_a: number("circuit_current") ?? USUAL_CIRCUIT_A,
    };
  }

  #updateStatus(hass) {
    const state = stateOf(hass, this.#charger, "status");
    setText(this.#status, this.#word("status"));
    setAttribute(this.#status, "data-tone", TONES[state?.state]);
  }

  /** An entity's state in the user's language. */
  #word(key) {
    const state = stateOf(this.#hass, this.#charger, key);
    return state ? this.#hass.formatEntityState(state) : "";
  }

  #updateModes(hass, t) {
    const state = stateOf(hass, this.#charger, "mode");
    const options = state?.attributes.options ?? [];
    setAttribute(this.#modes, "aria-label", `${this.#charger.name}: ${t("mode")}`);
    if (options.join() !== [...this.#buttons.keys()].join()) this.#makeButtons(options);
    if (state?.state === this.#wanted || Date.now() > this.#wantedUntil) this.#wanted = null;
    const chosen = this.#wanted ?? state?.state;
    setText(this.#modeWords, options.includes(chosen) ? t(`mode_${chosen}`) : "");
    for (const [option, button] of this.#buttons) {
      setText(button, hass.formatEntityState(state, option));
      setAttribute(button, "title", t(`mode_${option}`));
      setAttribute(button, "aria-pressed", option === chosen ? "true" : "false");
      setAttribute(button, "aria-busy", option === this.#wanted ? "true" : undefined);
    }
  }

  #makeButtons(options) {
    this.#buttons = new Map(
      options.map((option) => [
        option,
        html("button", { type: "button", "data-mode": option, click: () => this.#choose(option) }),
      ]),
    );
    this.#modes.replaceChildren(...this.#buttons.values());
  }

  async #choose(option) {
    const entity_id = entityOf(this.#hass, this.#charger, "mode");
    this.#wanted = option;
    this.#wantedUntil = Date.now() + CONFIRM_MS;
    this.#updateModes(this.#hass, this.#t);
    try {
      await this.#hass.callService("select", "select_option", { entity_id, option });
    } catch (error) {
      this.#wanted = null;
      this.#updateModes(this.#hass, this.#t);
      const message = this.#t("mode_refused", { error: error?.message ?? "" });
      tell(this.root, "hass-notification", { message });
    }
  }

  #open(key) {
    openEntity(this.root, entityOf(this.#hass, this.#charger, key));
  }
}
