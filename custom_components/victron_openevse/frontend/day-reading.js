// What the day says of one moment, in words and numbers; also the legend of its drawing.

import { SERIES, bandAt, valueAt } from "./day-chart.js";
import { html, setAttribute, setText } from "./dom.js";
import { TONES } from "./tones.js";

/** Writes the value of a series by the unit in its name. */
function write(name, value, numbers) {
  if (name.endsWith("_pct")) return numbers.level(value);
  if (name === "offered_a") return numbers.current(value);
  if (name.endsWith("_a")) return numbers.drawn(value);
  return value < 0 ? `−${numbers.power(-value)}` : numbers.power(value);
}

export class DayReading {
  #clock = html("b");
  #status = html("span", { class: "status" });
  #why = html("p", { class: "moment-why" });
  #values = new Map();
  root = html("div", { class: "moment" });

  constructor() {
    const list = html("ul", { class: "values" });
    for (const { name, kind } of SERIES) {
      const words = html("span");
      const value = html("b");
      const item = html("li", {}, html("i", { class: `swatch ${kind}` }), words, " ", value);
      this.#values.set(name, { item, words, value });
      list.append(item);
    }
    const head = html("div", { class: "moment-head" }, this.#clock, this.#status);
    this.root.append(head, this.#why, list);
  }

  /** Shows `day` at a moment and gives all of it as one sentence. */
  update(day, at_s, { numbers, times, t }) {
    const status = bandAt(day.bands.status, at_s);
    const why = bandAt(day.bands.reason, at_s)?.words ?? t("nothing_known");
    setText(this.#clock, times.clock(at_s));
    setText(this.#status, status?.words ?? "");
    setAttribute(this.#status, "data-tone", TONES[status?.code]);
    setText(this.#why, why);
    const said = [`${times.clock(at_s)} ${status?.words ?? ""}`.trim(), why];
    for (const [name, { item, words, value }] of this.#values) {
      const points = day.series[name] ?? [];
      item.hidden = !points.length;
      setText(words, t(`series_${name}`));
      setText(value, write(name, valueAt(points, at_s), numbers));
      if (points.length) said.push(`${words.textContent} ${value.textContent}`);
    }
    return said.join(", ");
  }
}
