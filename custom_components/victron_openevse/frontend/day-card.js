// A day of decisions: what was offered and drawn, sun, surplus and battery, and the reason at any
// moment, on one time axis. The server makes the day from the recorder; here it is only drawn.

import { DayChart, SERIES, fillTable } from "./day-chart.js";
import { DayReading } from "./day-reading.js";
import { html, setAttribute, setText } from "./dom.js";
import { Panel } from "./panel.js";
import { DOMAIN } from "./registry.js";
import { ChargerTabs } from "./tabs.js";
import { now_s, shiftDate } from "./times.js";

// Today grows; a minute is a pixel or less.
const RENEW_MS = 60_000;
// What failed is asked for again: a Home Assistant that is just starting knows little yet.
const RETRY_MS = 10_000;
// Rows of 56 px that the card wants in a layout that asks.
const CARD_ROWS = 10;

const isEmpty = (day) =>
  !day.bands.status.length && !Object.values(day.series).some((points) => points.length);

export class VictronOpenevseDayCard extends Panel {
  #charger = null;
  // null = today, which the server knows best.
  #date = null;
  #day = null;
  #wanted = "";
  #askAgainAt = 0;
  // null = now, or the middle of a day that is over.
  #at_s = null;
  #chart = new DayChart((at_s) => {
    this.#at_s = at_s;
    this.#read();
  });
  #width = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));
  #reading = new DayReading();
  #tabs = new ChargerTabs((id) => this.#turn({ charger: id }));
  #title = html("h3");
  #back = this.#arrow("‹", () => this.#turn({ days: -1 }));
  #next = this.#arrow("›", () => this.#turn({ days: 1 }));
  #label = html("span", { class: "day-label", role: "status" });
  #message = html("p", { class: "hint", role: "status" });
  #missing = html("p", { class: "quiet" });
  #summary = html("summary");
  #heads = [0, 1, 2].map(() => html("th", { scope: "col" }));
  #rows = html("tbody");
  #shown = html("div", { hidden: "" });
  #list = html("details", { toggle: () => this.#fillList() }, this.#summary);

  constructor() {
    super();
    const heads = html("thead", {}, html("tr", {}, ...this.#heads));
    const table = html("table", { class: "list" }, heads, this.#rows);
    this.#list.append(html("div", { class: "scroll", tabindex: "0", role: "group" }, table));
    const turn = html("div", { class: "day-nav" }, this.#back, this.#label, this.#next);
    const parts = [this.#reading.root, this.#chart.root, this.#missing, this.#list];
    this.#shown.append(...parts);
    const head = html("header", {}, this.#title, turn);
    this.body.append(head, this.#tabs.root, this.#message, this.#shown);
  }

  getCardSize() {
    return CARD_ROWS;
  }

  connectedCallback() {
    this.#width.observe(this.body);
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.#width.disconnect();
  }

  #arrow(sign, click) {
    return html("button", { type: "button", class: "round", click }, sign);
  }

  #resize(width) {
    this.#chart.resize(width);
    if (this.#day) this.#read();
  }

  follow() {
    const charger = this.chargers.find((one) => one.id === this.#charger) ?? this.chargers[0];
    setText(this.#title, this.config.title || this.t("day_title"));
    if (!charger) {
      this.#say(this.site ? this.t("no_charger") : this.t("no_site"));
      return;
    }
    const wanted = [this.site.id, charger.id, this.#date, this.hass.language].join();
    const old = Date.now() >= this.#askAgainAt;
    if (this.hass.connected === false || (wanted === this.#wanted && !old)) return;
    this.#ask(wanted, charger);
  }

  async #ask(wanted, charger) {
    this.#wanted = wanted;
    this.#askAgainAt = Infinity;
    this.#name(charger);
    const message = { type: `${DOMAIN}/day`, site: this.site.id, charger: charger.id };
    if (this.#date) message.date = this.#date;
    setAttribute(this.body, "aria-busy", "true");
    try {
      const day = await this.hass.callWS({ ...message, language: this.hass.language });
      if (wanted === this.#wanted) this.#show(day);
    } catch (error) {
      if (wanted === this.#wanted) this.#fail(error);
    }
    setAttribute(this.body, "aria-busy", undefined);
  }

  /** Goes to another charger or day; what was pointed at is forgotten. */
  #turn({ charger = this.#charger, days = 0 }) {
    const today = this.times.today();
    const date = shiftDate(this.#date ?? today, days);
    this.#charger = charger;
    this.#date = date < today ? date : null;
    this.#at_s = null;
    this.follow();
  }

  #name(charger) {
    const { t } = this;
    this.#charger = charger.id;
    setAttribute(this.#back, "aria-label", t("day_before"));
    setAttribute(this.#next, "aria-label", t("day_after"));
    setText(this.#label, this.#date ? this.times.day(this.#date) : t("today"));
    setAttribute(this.#next, "disabled", this.#date === null && "");
    setText(this.#summary, t("day_list"));
    const heads = [t("list_when"), t("list_status"), t("list_why")];
    this.#heads.forEach((head, index) => setText(head, heads[index]));
    this.#tabs.update(this.chargers, charger.id, t("form_chargers"));
    setAttribute(this.#chart.root, "aria-label", `${t("day_title")}: ${charger.name}`);
    setAttribute(this.#rows.closest(".scroll"), "aria-label", t("day_list"));
  }

  #say(words) {
    setText(this.#message, words);
    this.#message.hidden = !words;
    this.#shown.hidden = Boolean(words);
  }

  #fail(error) {
    this.#askAgainAt = Date.now() + RETRY_MS;
    this.#say(this.wordsOf(error));
  }

  #show(day) {
    const { t } = this;
    if (this.#date === null) this.#askAgainAt = Date.now() + RENEW_MS;
    this.#day = isEmpty(day) ? null : day;
    this.#say(this.#day ? "" : t("day_empty"));
    if (!this.#day) return;
    this.#chart.show(day, now_s(), { times: this.times, plain: this.numbers.plain });
    const missing = SERIES.filter(({ name }) => day.missing.includes(name))
      .map(({ name }) => t(`series_${name}`))
      .join(", ");
    setText(this.#missing, missing && t("day_missing", { names: missing }));
    this.#missing.hidden = !missing;
    this.#read();
    this.#fillList();
  }

  #read() {
    const { start, end } = this.#day;
    const usual_s = this.#date ? (start + end) / 2 : Math.min(now_s(), end) - 1;
    const at_s = this.#at_s ?? usual_s;
    this.#chart.mark(at_s, this.#reading.update(this.#day, at_s, this));
  }

  #fillList() {
    if (this.#list.open && this.#day) fillTable(this.#rows, this.#day.bands, this.times);
  }
}
