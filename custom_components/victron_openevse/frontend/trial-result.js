// What a trial found: present settings beside changed ones, over the same recorded days.

import { html, setAttribute, setText } from "./dom.js";

/** Rows of the table: name of a sum, how it is written, and which way is better (0 = neither). */
const ROWS = [
  ["car_kwh", "energy", 0],
  ["solar_kwh", "energy", 1],
  ["battery_kwh", "energy", 0],
  ["grid_kwh", "energy", -1],
  ["solar_share_pct", "level", 1],
  ["starts", "count", -1],
  ["imported_kwh", "energy", 0],
  ["exported_kwh", "energy", 0],
  ["battery_pct", "level", 0],
  ["charging_cost", "money", 0],
  ["charging_savings", "money", 0],
  ["net", "money", -1],
];
// What is told in a sentence, when it is more than a rounding.
const VERDICT = [
  ["solar_kwh", "energy", 0.05],
  ["grid_kwh", "energy", 0.05],
  ["starts", "count", 0.5],
  ["net", "money", 0.005],
];

const PARTS = ["solar_kwh", "battery_kwh", "grid_kwh"];

const isKnown = (value) => value !== null && value !== undefined;

export class TrialResult {
  #verdict = html("p", { class: "verdict", role: "status" });
  #heads = [0, 1, 2].map(() => html("th", { scope: "col" }));
  #rows = html("tbody");
  #coarse = html("p", { class: "quiet" });
  #notes = html("ul", { class: "notes" });
  #scroll = html("div", { class: "scroll", tabindex: "0", role: "group" });
  root = html("div", { hidden: "" }, this.#verdict, this.#scroll, this.#coarse, this.#notes);

  constructor() {
    const heads = html("thead", {}, html("tr", {}, html("td"), ...this.#heads));
    this.#scroll.append(html("table", { class: "result" }, heads, this.#rows));
  }

  /** Shows `found`, the answer to a trial, with writers of numbers and words. */
  show(found, numbers, t) {
    const writers = this.#writers(found.currency, numbers);
    setText(this.#verdict, verdictOf(found, writers, numbers, t));
    const heads = [t("trial_present"), t("trial_changed"), t("trial_difference")];
    this.#heads.forEach((head, index) => setText(head, heads[index]));
    setAttribute(this.#scroll, "aria-label", t("trial_title"));
    const rows = ROWS.filter(([key]) => isKnown(found.present[key]) || isKnown(found.changed[key]));
    this.#rows.replaceChildren(...rows.map((row) => this.#row(row, found, writers, t)));
    setText(this.#coarse, coarseWords(found, writers, t));
    this.#notes.replaceChildren(...found.notes.map((note) => html("li", {}, note.sentence)));
    this.root.hidden = false;
    // Below a long form it would come unseen.
    this.#verdict.scrollIntoView({ block: "nearest" });
  }

  #writers(currency, numbers) {
    return {
      energy: (kwh) => numbers.energy(kwh),
      level: (percent) => numbers.level(percent),
      count: (value) => numbers.plain(value),
      money: (value) => numbers.money({ value, unit: currency }),
    };
  }

  #row([key, kind, better], found, writers, t) {
    const write = (value) => (isKnown(value) ? writers[kind](value) : "–");
    const change = found.difference[key];
    const cells = [write(found.present[key]), write(found.changed[key]), signed(change, writers[kind])];
    const row = html("tr", { class: PARTS.includes(key) ? "part" : undefined }, html("th", { scope: "row" }, t(`trial_${key}`)));
    row.append(...cells.map((text) => html("td", {}, text)));
    setAttribute(row.lastElementChild, "data-better", isKnown(change) && change * better > 0 && cells[0] !== cells[1]);
    return row;
  }
}

/** With its sign in front; what rounds to nothing has none. */
function signed(value, write) {
  if (!isKnown(value)) return "–";
  const text = write(Math.abs(value));
  if (text === write(0)) return text;
  return `${value > 0 ? "+" : "−"}${text}`;
}

function verdictOf({ difference, days_found }, writers, numbers, t) {
  const told = VERDICT.filter(([key, , least]) => Math.abs(difference[key] ?? 0) >= least).map(
    ([key, kind]) => {
      const value = difference[key];
      const way = value > 0 ? "more" : "less";
      return t(`verdict_${key}_${way}`, { value: writers[kind](Math.abs(value)) });
    },
  );
  const days = numbers.days(days_found);
  return told.length ? t("verdict", { days, changes: told.join(", ") }) : t("verdict_same", { days });
}

function coarseWords({ coarseness }, writers, t) {
  if (!coarseness) return t("coarse_unknown");
  const off = (key) => signed(coarseness[key], writers.energy);
  return t("coarse", {
    car: off("car_kwh"),
    solar: off("solar_kwh"),
    starts: signed(coarseness.starts, writers.count),
  });
}
