// Which charger is looked at, where there are several.

import { html, setAttribute, setText } from "./dom.js";

export class ChargerTabs {
  #chosen;
  #buttons = new Map();
  root = html("div", { class: "tabs", role: "group", hidden: "" });

  /** `chosen(id)` is told what is pressed. */
  constructor(chosen) {
    this.#chosen = chosen;
  }

  /** Shows `chargers` ({ id, name }), the one with `id` pressed. */
  update(chargers, id, label) {
    this.root.hidden = chargers.length < 2;
    setAttribute(this.root, "aria-label", label);
    if (chargers.map((one) => one.id).join() !== [...this.#buttons.keys()].join()) this.#make(chargers);
    for (const one of chargers) {
      const button = this.#buttons.get(one.id);
      setText(button, one.name);
      setAttribute(button, "aria-pressed", String(one.id === id));
    }
  }

  #make(chargers) {
    const make = ({ id }) => html("button", { type: "button", click: () => this.#chosen(id) });
    this.#buttons = new Map(chargers.map((one) => [one.id, make(one)]));
    this.root.replaceChildren(...this.#buttons.values());
  }
}
