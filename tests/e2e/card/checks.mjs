// What is promised of the card, each as a check on a page of its own.
import { ok, equal } from "node:assert/strict";

import { accessible, noOverflow } from "./looking.mjs";

const STATUSES = [
  "disconnected", "off", "paused", "waiting_for_sun", "waiting_for_battery", "starting", "charging",
  "charging_minimum", "car_full", "limited", "overridden", "no_data", "offline", "fault",
];
const LANGUAGES = ["de", "en", "es", "fr", "it", "nl", "sv"];
const UPDATES = 10_000;
const UPDATE_LIMIT_MS = 4;
// Of 10 000 updates: what the browser itself keeps, not a picture each.
const HEAP_GROWTH_LIMIT = 1_500_000;

/** Shows a card for a made-up house; both stay on the page for later. */
const show = (page, house = {}, config = {}) =>
  page.evaluate(
    async ([house, config]) => {
      window.tools = await import("/card/house.js");
      window.house = window.tools.makeHouse(house);
      window.card = await window.tools.show(window.house, config);
    },
    [house, config],
  );

const text = (page, selector) =>
  page.evaluate((at) => window.card.shadowRoot.querySelector(at)?.textContent, selector);

const count = (page, selector) =>
  page.evaluate((at) => window.card.shadowRoot.querySelectorAll(at).length, selector);

/** Sends one picture and waits until it is drawn. */
const say = (page, site = {}, charger = {}) =>
  page.evaluate(
    async ([site, charger]) => {
      window.house.say(window.tools.live(window.house.ids, site, charger));
      await window.tools.drawn(window.card);
    },
    [site, charger],
  );

const numbers = [-1, 0, 1, 4].map((chargers) => ({
  name: chargers < 0 ? "no site" : `${chargers} chargers`,
  run: async ({ page, picture }) => {
    await show(page, { chargers });
    equal(await count(page, ".charger"), Math.max(0, chargers));
    equal(await count(page, ".flow"), chargers < 0 ? 0 : 1);
    const hint = await text(page, ".hint");
    equal(Boolean(hint), chargers < 1, hint);
    ok(await noOverflow(page));
    await picture(`phone-${Math.max(0, chargers)}-chargers${chargers < 0 ? "-no-site" : ""}`);
  },
}));

const looks = [
  { name: "phone, light", width: 390, height: 844 },
  { name: "phone, dark", width: 390, height: 844, dark: true },
  { name: "narrow phone, light", width: 280, height: 900 },
  { name: "wall tablet, light", width: 1180, height: 800 },
  { name: "wall tablet, dark", width: 1180, height: 800, dark: true },
  { name: "tablet, light", width: 1024, height: 768, house: { chargers: 2 } },
  { name: "desk, dark", width: 1400, height: 900, dark: true },
  { name: "desk, 4 chargers", width: 1400, height: 1000, house: { chargers: 4 } },
].map((view) => ({
  ...view,
  run: async ({ page, picture, axe }) => {
    await show(page, view.house);
    await picture(view.name.replace(", ", "-").replaceAll(" ", "-"));
    ok(await noOverflow(page), "wider than the page");
    await accessible(page, axe);
  },
}));

const languages = LANGUAGES.map((language) => ({
  name: `in ${language}`,
  run: async ({ page, axe }) => {
    await show(page, { language });
    const label = await page.evaluate(() =>
      window.card.shadowRoot.querySelector(".flow").getAttribute("aria-label"),
    );
    ok(label.length > 5 && label !== "flow", label);
    equal(await page.evaluate(() => window.house.subscribedTo.language), language);
    if (language === "de") ok((await text(page, ".node.sun .value")).includes("4,2"));
    ok(await noOverflow(page));
    await accessible(page, axe);
  },
}));

export const checks = [
  ...numbers,
  ...looks,
  ...languages,
  {
    name: "says what flows where",
    run: async ({ page }) => {
      await show(page);
      equal(await text(page, ".node.sun .value"), "4.2\u00a0kW");
      equal(await text(page, ".node.house .value"), "520\u00a0W");
      equal(await text(page, ".node.car .value"), "2.7\u00a0kW");
      equal(await text(page, ".node.grid .second"), "export");
      equal(await text(page, ".node.battery .second"), "charging");
      equal(await text(page, ".dial .amps"), "12\u00a0A");
      equal(await text(page, ".limits"), "gives 6 to 20\u00a0A");
      ok((await text(page, ".why")).startsWith("The surplus is 2710\u00a0W"));
      ok((await text(page, ".energy-title")).startsWith("Today 7.6"), "counters less midnight's");
      await say(page, { grid_w: 900, battery_w: -700, curtailed: true });
      equal(await text(page, ".node.grid .second"), "import");
      equal(await text(page, ".node.battery .second"), "discharging");
      equal(await text(page, ".node.sun .second"), "held back");
    },
  },
  {
    name: "says what today brought: closings, cost and savings",
    run: async ({ page, picture, axe }) => {
      await show(page, { tariff: true });
      equal(await text(page, ".energy-title"), "Today 7.6\u00a0kWh 82\u00a0% from the sun");
      const words = "3 of 12 automatic closings in 24 hcost €0.42saved €1.83";
      equal(await text(page, ".trust"), words);
      await accessible(page, axe);
      await picture("phone-with-tariff");
    },
  },
  {
    name: "shadow mode is said, and modes can be chosen",
    run: async ({ page, picture, axe }) => {
      await show(page);
      ok(await page.evaluate(() => window.card.shadowRoot.querySelector(".banner").hidden));
      await say(page, { shadow: true });
      await page.getByText("Shadow mode: decides, sends nothing").waitFor();
      await accessible(page, axe);
      await picture("phone-shadow");
      await page.getByRole("button", { name: "Fast" }).click();
      equal((await page.evaluate(() => window.house.calls)).length, 1);
      await say(page, { shadow: false });
      ok(await page.evaluate(() => window.card.shadowRoot.querySelector(".banner").hidden));
    },
  },
  {
    name: "nothing known",
    run: async ({ page, picture, axe }) => {
      await show(page, { missing: true });
      equal(await text(page, ".node.sun .value"), "–");
      equal(await text(page, ".dial .amps"), "–");
      equal(await text(page, ".limits"), "");
      ok(await page.evaluate(() => window.card.shadowRoot.querySelector(".energy").hidden));
      await accessible(page, axe);
      await picture("nothing-known");
      const site = { pv_w: null, grid_w: null, battery_w: null, house_w: null, soc_pct: null };
      await say(page, { ...site, reserve_pct: null, resume_pct: null }, {
        offered_a: null, current_a: null, power_w: null, low_a: null, high_a: null, sentence: null,
      });
      equal(await text(page, ".node.battery .name"), "Battery –");
      equal(await text(page, ".limits"), "gives nothing");
      await picture("nothing-measured");
      await page.evaluate(() => window.house.say({ site: null, chargers: {} }));
    },
  },
  {
    name: "every status",
    run: async ({ page, axe }) => {
      await show(page);
      for (const status of STATUSES) {
        await page.evaluate(async (status) => {
          window.house.set("charger0", "status", status);
          window.card.hass = window.house.hass();
          await window.tools.drawn(window.card);
        }, status);
        await say(page, {}, { status, offered_a: status === "charging" ? 12 : 0 });
        const words = await text(page, ".status");
        equal(words.toLowerCase(), status.replaceAll("_", " "));
      }
      await accessible(page, axe);
    },
  },
  {
    name: "a car that waits for the sun",
    run: async ({ page, picture }) => {
      await show(page);
      await page.evaluate(() => {
        window.house.set("charger0", "status", "waiting_for_sun");
        window.card.hass = window.house.hass();
      });
      const site = { pv_w: 640, grid_w: 0, battery_w: 110, house_w: 530, soc_pct: 38, reserve_pct: 46 };
      await say(page, site, {
        status: "waiting_for_sun", offered_a: 0, current_a: 0, power_w: 0,
        sentence: "The mean surplus is 210 W. Charging needs 1380 W.",
        what_would_change: "Charging starts when the mean surplus is above 1380 W for 5 min.",
      });
      equal(await text(page, ".node.car .value"), "0\u00a0W");
      equal(await count(page, '.line[data-speed="idle"]'), 2);
      await picture("phone-waiting");
    },
  },
  {
    name: "one tap chooses a mode",
    run: async ({ page }) => {
      await show(page);
      await page.getByRole("button", { name: "Fast" }).click();
      deepCalls(await page.evaluate(() => window.house.calls));
      equal(await page.getByRole("button", { pressed: true }).textContent(), "Fast");
    },
  },
  {
    name: "a refused mode goes back and is told",
    run: async ({ page }) => {
      await show(page);
      const told = page.evaluate(
        () => new Promise((resolve) => {
          document.addEventListener("hass-notification", (event) => resolve(event.detail.message));
          window.house.refuses = true;
        }),
      );
      await page.getByRole("button", { name: "Fast" }).click();
      ok((await told).includes("could not be changed"));
      equal(await page.getByRole("button", { pressed: true }).textContent(), "Solar");
    },
  },
  {
    name: "keyboard reaches modes and entities",
    run: async ({ page }) => {
      await show(page);
      await page.evaluate(() => {
        window.opened = [];
        document.addEventListener("hass-more-info", (event) => window.opened.push(event.detail.entityId));
      });
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      equal((await page.evaluate(() => window.opened)).length, 1);
      const fast = page.getByRole("button", { name: "Fast" });
      await fast.focus();
      await page.keyboard.press("Space");
      equal((await page.evaluate(() => window.house.calls)).length, 1);
    },
  },
  {
    name: "without a recorder the session is shown",
    run: async ({ page }) => {
      await page.evaluate(async () => {
        window.tools = await import("/card/house.js");
        window.house = window.tools.makeHouse({});
        window.house.noHistory = true;
        window.card = await window.tools.show(window.house);
      });
      ok((await text(page, ".energy-title")).startsWith("This session 3.6"));
    },
  },
  {
    name: "comes back after Home Assistant restarted",
    run: async ({ page }) => {
      await show(page);
      await page.evaluate(() => {
        window.connected = async (connected) => {
          window.house.frame.connected = connected;
          window.card.hass = window.house.hass();
          await window.tools.drawn(window.card);
        };
        window.house.listeners.clear();
        window.house.starting = true;
        return window.connected(false);
      });
      equal(await text(page, ".node.sun .value"), "–", "what was known is not true any more");
      await page.evaluate(() => window.connected(true));
      equal(await page.evaluate(() => window.house.listeners.size), 0);
      await page.evaluate(() => {
        window.house.starting = false;
      });
      await page.waitForFunction(() => window.house.listeners.size === 1, null, { timeout: 5000 });
      await page.waitForFunction(
        () => window.card.shadowRoot.querySelector(".node.sun .value").textContent.includes("4.2"),
      );
    },
  },
  {
    name: "no motion for who wants none",
    still: true,
    run: async ({ page }) => {
      await show(page);
      const name = await page.evaluate(
        () => getComputedStyle(window.card.shadowRoot.querySelector(".chevrons")).animationName,
      );
      equal(name, "none");
      ok(await page.evaluate(() => window.card.shadowRoot.querySelector(".chevrons") !== null));
    },
  },
  {
    name: "only the chargers chosen, without the flow",
    run: async ({ page }) => {
      await show(page, { chargers: 4 }, { flow: false, chargers: ["device-charger2"], title: "Mine" });
      equal(await text(page, "h3"), "Carport 2");
      equal(await count(page, ".charger"), 1);
      equal(await count(page, ".flow"), 0);
      equal(await text(page, "h2"), "Mine");
    },
  },
  {
    name: "suggested for entities of ours, and has an editor",
    run: async ({ page }) => {
      await show(page);
      const found = await page.evaluate(() => {
        const [entry] = window.customCards;
        const hass = window.house.hass();
        hass.entities["sun.sun"] = { entity_id: "sun.sun", platform: "sun" };
        const form = customElements.get("victron-openevse-card").getConfigForm();
        return {
          ours: entry.getEntitySuggestion(hass, "select.renamed_charger0_mode"),
          site: entry.getEntitySuggestion(hass, "sensor.renamed_site_reserve"),
          foreign: entry.getEntitySuggestion(hass, "sun.sun"),
          description: entry.description,
          labels: form.schema.map((field) => form.computeLabel(field)),
        };
      });
      const config = { type: "custom:victron-openevse-card", site: "site" };
      equal(JSON.stringify(found.ours), JSON.stringify({ config: { ...config, chargers: ["device-charger0"] } }));
      equal(JSON.stringify(found.site), JSON.stringify({ config }));
      equal(found.foreign, null);
      ok(found.description);
      equal(found.labels.join(), "Title,Site,Chargers,Show the energy flow");
    },
  },
  {
    name: "dashboard for any number of chargers",
    run: async ({ page }) => {
      for (const chargers of [-1, 0, 1, 4]) {
        await show(page, { chargers });
        const made = await page.evaluate(async () => {
          const strategy = customElements.get("ll-strategy-dashboard-victron-openevse");
          const hass = window.house.hass();
          return {
            views: (await strategy.generate({}, hass)).views,
            suggested: await strategy.getCreateSuggestions(hass),
          };
        });
        equal(made.views.length, chargers < 0 ? 1 : 4);
        equal(made.suggested.title, "Solar charging");
        const shown = JSON.stringify(made.views);
        for (const card of ["day", "what-if"]) {
          equal(shown.includes(`custom:victron-openevse-${card}-card`), chargers > 0, card);
        }
        const charts = shown.split("history-graph").length - 1;
        // Two of the site, shown on two views, and one of each charger.
        equal(charts, chargers < 0 ? 0 : 3 + chargers);
        ok(!shown.includes("null"), "no holes");
      }
    },
  },
  {
    name: "an update costs little and leaves nothing behind",
    alone: true,
    run: async ({ page }) => {
      await show(page, { chargers: 4 });
      const measured = await page.evaluate(async (updates) => {
        const { card, house, tools } = window;
        const nodes = () => card.shadowRoot.querySelectorAll("*").length;
        const heap = () => {
          window.gc();
          return performance.memory.usedJSHeapSize;
        };
        const step = (number) => {
          house.say(tools.live(house.ids, { pv_w: number % 6000, soc_pct: number % 100 }, {
            offered_a: number % 32, power_w: number % 7000, sentence: `Surplus ${number} W.`,
          }));
          house.set("charger0", "status", number % 2 ? "charging" : "paused");
          card.hass = house.hass();
          card.render();
        };
        for (let number = 0; number < 500; number += 1) step(number);
        await tools.nextFrame();
        const before = { nodes: nodes(), heap: heap() };
        const began = performance.now();
        for (let number = 0; number < updates; number += 1) step(number);
        const each_ms = (performance.now() - began) / updates;
        await tools.nextFrame();
        const grown = heap() - before.heap;
        card.remove();
        await tools.nextFrame();
        return { each_ms, nodes: nodes() - before.nodes, grown, listeners: house.listeners.size };
      }, UPDATES);
      ok(measured.each_ms < UPDATE_LIMIT_MS, `${measured.each_ms} ms`);
      equal(measured.nodes, 0);
      ok(measured.grown < HEAP_GROWTH_LIMIT, `${measured.grown} bytes`);
      equal(measured.listeners, 0, "the subscription is closed with the card");
      return `${measured.each_ms.toFixed(2)} ms each with 4 chargers, ${measured.grown} bytes more after ${UPDATES}`;
    },
  },
];

function deepCalls(calls) {
  const [call] = calls;
  equal(calls.length, 1);
  equal(`${call.domain}.${call.service} ${call.entity_id} ${call.option}`,
    "select.select_option select.renamed_charger0_mode fast");
}
