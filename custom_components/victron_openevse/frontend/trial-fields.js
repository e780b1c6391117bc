// The settings that a trial may change: one field for each, filled with what holds now. A field is a
// copy; nothing here touches the setting itself.

import { html, setAttribute, setText } from "./dom.js";
import { entityOf, numberOf, stateOf } from "./registry.js";

/** Owner and key of each field; the first are shown at once, the others on demand. */
const FIRST = [
  ["site", "priority"],
  ["site", "night_reserve"],
  ["site", "reserve_floor"],
  ["site", "resume_soc"],
  ["charger", "mode"],
  ["charger", "solar_min_current"],
  ["charger", "solar_max_current"],
  ["charger", "daily_closings"],
];
const MORE = [
  ["site", "base_load"],
  ["site", "min_on_time"],
  ["site", "min_off_time"],
  ["site", "grid_limit"],
  ["site", "battery_limit"],
  ["charger", "medium_current"],
  ["charger", "fast_current"],
  ["charger", "session_limit"],
  ["charger", "use_battery"],
];

const KINDS = {
  select: {
    make: () => html("select"),
    read: (input) => input.value,
    present: (state) => (state.attributes.options.includes(state.state) ? state.state : null),
    write: (input, value) => (input.value = value),
    words: (hass, state, value) => hass.formatEntityState(state, value),
  },
  number: {
    make: () => html("input", { type: "number", inputmode: "decimal", required: "" }),
    read: (input) => (input.value === "" ? null : Number(input.value)),
    present: (state) => numberOf(state),
    write: (input, value) => (input.value = value),
    words: (hass, state, value) => hass.formatEntityState(state, String(value)),
  },
  switch: {
    make: () => html("input", { type: "checkbox" }),
    read: (input) => input.checked,
    present: (state) => (["on", "off"].includes(state.state) ? state.state === "on" : null),
    write: (input, value) => (input.checked = value),
    words: (hass, state, value) => hass.formatEntityState(state, value ? "on" : "off"),
  },
};

class Field {
  #kind;
  #present = null;
  #title = html("span");
  #hint = html("small");

  constructor(key, entity, changed) {
    this.key = key;
    this.entity = entity;
    this.#kind = KINDS[entity.split(".")[0]];
    this.input = this.#kind.make();
    const words = html("span", {}, this.#title, this.#hint);
    this.root = html("label", { class: "field" }, words, this.input);
    this.input.addEventListener("input", changed);
  }

  get isChanged() {
    return this.#present !== null && this.value !== this.#present;
  }

  get value() {
    return this.#kind.read(this.input);
  }

  /** Follows the setting, unless something else was chosen here. */
  update(hass, t) {
    const state = hass.states[this.entity];
    const present = state ? this.#kind.present(state) : null;
    const untouched = this.#present === null || !this.isChanged;
    this.input.disabled = present === null;
    setText(this.#title, this.#name(hass, state));
    if (state) this.#bound(hass, state);
    if (untouched && present !== null) this.#kind.write(this.input, present);
    this.#present = present;
    setAttribute(this.root, "data-changed", this.isChanged);
    const now = this.isChanged ? t("trial_now", { value: this.#kind.words(hass, state, present) }) : "";
    setText(this.#hint, now);
  }

  reset() {
    if (this.#present !== null) this.#kind.write(this.input, this.#present);
  }

  #name(hass, state) {
    const unit = state?.attributes.unit_of_measurement;
    return `${hass.entities[this.entity].name ?? this.key}${unit ? `, ${unit}` : ""}`;
  }

  #bound(hass, state) {
    const { min, max, step, options } = state.attributes;
    if (options) this.#offer(hass, state, options);
    else for (const [name, value] of Object.entries({ min, max, step })) setAttribute(this.input, name, value);
  }

  #offer(hass, state, options) {
    const known = [...this.input.options].map((one) => one.value);
    if (known.join() === options.join()) return;
    const make = (value) => html("option", { value }, hass.formatEntityState(state, value));
    this.input.replaceChildren(...options.map(make));
  }
}

export class TrialFields {
  #fields = [];
  #made = "";
  #changed;
  #first = html("div", { class: "fields" });
  #more = html("div", { class: "fields" });
  #summary = html("summary");
  root = html("div", {}, this.#first, html("details", {}, this.#summary, this.#more));

  /** `changed()` is told when another value is chosen. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Shows the settings of a site and of one charger of it. */
  update(hass, site, charger, t) {
    const find = (keys) =>
      keys
        .map(([owner, key]) => [key, entityOf(hass, owner === "site" ? site : charger, key)])
        .filter(([, entity]) => entity && hass.states[entity]);
    const [first, more] = [find(FIRST), find(MORE)];
    const wanted = [...first, ...more].join();
    if (wanted !== this.#made) this.#make(first, more);
    this.#made = wanted;
    setText(this.#summary, t("trial_more"));
    this.#summary.parentElement.hidden = !more.length;
    for (const field of this.#fields) field.update(hass, t);
  }

  #make(first, more) {
    const make = ([key, entity]) => new Field(key, entity, this.#changed);
    const [shown, others] = [first.map(make), more.map(make)];
    this.#fields = [...shown, ...others];
    this.#first.replaceChildren(...shown.map((field) => field.root));
    this.#more.replaceChildren(...others.map((field) => field.root));
  }

  /** What differs from now, by key. */
  get changes() {
    const changed = this.#fields.filter((field) => field.isChanged);
    return Object.fromEntries(changed.map((field) => [field.key, field.value]));
  }

  /** Whether every value is allowed; shows the first that is not. */
  check() {
    const wrong = this.#fields.find((field) => field.isChanged && !field.input.checkValidity());
    if (wrong) {
      wrong.root.closest("details")?.setAttribute("open", "");
      wrong.input.reportValidity();
    }
    return !wrong;
  }

  reset() {
    for (const field of this.#fields) field.reset();
  }
}
