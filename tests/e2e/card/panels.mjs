// What is promised of the day and of what-if, each as a check on a page of its own.
import { ok, equal } from "node:assert/strict";

import { accessible, noOverflow } from "./looking.mjs";

const UPDATES = 10_000;
const UPDATE_LIMIT_MS = 4;
const HEAP_GROWTH_LIMIT = 1_500_000;
const ARROWS = 6;

/** Shows one of the cards for a made-up house whose clock stands still. */
const show = (page, name, { house = {}, config = {}, answers = {}, day = null } = {}) =>
  page.evaluate(
    async ([name, house, config, answers, day]) => {
      const { NOW_S } = await import("/card/answers.js");
      Date.now = () => NOW_S * 1000;
      window.tools = await import("/card/house.js");
      window.house = window.tools.makeHouse(house);
      Object.assign(window.house, { answers, day });
      window.card = await window.tools.showPanel(name, window.house, config);
    },
    [name, house, config, answers, day],
  );

const text = (page, selector) =>
  page.evaluate((at) => window.card.shadowRoot.querySelector(at)?.textContent, selector);

const asked = (page, type) =>
  page.evaluate((type) => window.house.asked.filter((one) => one.type === `victron_openevse/${type}`), type);

const slider = (page) => page.getByRole("slider");

const LOOKS = [
  { name: "phone, light", width: 390, height: 844 },
  { name: "phone, dark", width: 390, height: 844, dark: true },
  { name: "narrow phone", width: 280, height: 900 },
  { name: "tablet, dark", width: 1024, height: 768, dark: true },
  { name: "desk", width: 1400, height: 900, house: { chargers: 4 } },
];
const file = (name) => name.replace(", ", "-").replaceAll(" ", "-");

const days = LOOKS.map((view) => ({
  ...view,
  name: `day, ${view.name}`,
  run: async ({ page, picture, axe }) => {
    await show(page, "day", { house: view.house });
    await picture(`day-${file(view.name)}`);
    ok(await noOverflow(page), "wider than the page");
    await page.getByText("All decisions as a list").click();
    await accessible(page, axe);
  },
}));

const trials = LOOKS.map((view) => ({
  ...view,
  name: `what if, ${view.name}`,
  run: async ({ page, picture, axe }) => {
    await show(page, "what-if", { house: view.house });
    await picture(`what-if-${file(view.name)}-before`);
    await page.getByLabel("Night reserve").fill("55");
    await page.getByRole("button", { name: "Try" }).click();
    await page.getByText("more from the sun").waitFor();
    await picture(`what-if-${file(view.name)}`);
    ok(await noOverflow(page), "wider than the page");
    await accessible(page, axe);
  },
}));

export const panels = [
  ...days,
  {
    name: "day tells each moment",
    run: async ({ page }) => {
      await show(page, "day");
      equal(await text(page, ".moment-head b"), "16:29");
      equal(await text(page, ".moment .status"), "Charging");
      await slider(page).focus();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      equal(await text(page, ".moment-why"), "Readings of the GX are missing");
      const said = await slider(page).getAttribute("aria-valuetext");
      ok(said.startsWith("16:00 No data, Readings of the GX are missing"), said);
      ok(said.includes("Sun –"), "what is not known is not a number");
      await page.keyboard.press("Home");
      equal(await text(page, ".moment-why"), "No car is plugged in");
      const box = await slider(page).boundingBox();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
      equal(await text(page, ".moment-why"), "Following the surplus");
      const [first] = await asked(page, "day");
      equal(JSON.stringify(first), JSON.stringify({
        type: "victron_openevse/day", site: "site", charger: "charger0", language: "en",
      }));
    },
  },
  {
    name: "day by day, and back to today",
    run: async ({ page }) => {
      await show(page, "day", { house: { chargers: 2 } });
      const after = page.getByRole("button", { name: "Day after" });
      ok(await after.isDisabled(), "tomorrow is not known");
      await page.getByRole("button", { name: "Day before" }).click();
      await page.getByText("Sat, Nov 21").waitFor();
      ok((await text(page, ".moment-head b")).startsWith("12:00"));
      await page.getByRole("button", { name: "Garage" }).click();
      await after.click();
      await page.getByText("Today").waitFor();
      const requests = (await asked(page, "day")).map(({ date, charger }) => `${charger} ${date ?? "today"}`);
      // By name Carport 1 is the first.
      const expected = ["charger1 today", "charger1 2026-11-21", "charger0 2026-11-21", "charger0 today"];
      equal(requests.join(), expected.join());
    },
  },
  {
    name: "day as a list",
    run: async ({ page }) => {
      await show(page, "day");
      await page.getByText("All decisions as a list").click();
      const rows = await page.getByRole("row").allTextContents();
      equal(rows.length, 11);
      ok(rows[4].includes("09:39 – 12:12"), rows[4]);
      ok(rows[4].includes("Following the surplus"), rows[4]);
    },
  },
  ...[
    ["no recorder", { code: "no_recorder", message: "Home Assistant records nothing." }, "Home Assistant records nothing."],
    ["no words", { code: "unknown_error" }, "That did not work."],
  ].map(([name, error, words]) => ({
    name: `day with an error: ${name}`,
    run: async ({ page, axe }) => {
      await show(page, "day", { answers: { "victron_openevse/day": error } });
      ok((await text(page, ".hint")).startsWith(words), await text(page, ".hint"));
      equal(await slider(page).count(), 0);
      await page.getByRole("button", { name: "Day before" }).click();
      await accessible(page, axe);
    },
  })),
  {
    name: "day comes when Home Assistant has started",
    run: async ({ page }) => {
      const starting = { code: "unknown_command", message: "Unknown command." };
      await show(page, "day", { answers: { "victron_openevse/day": starting } });
      ok((await text(page, ".hint")).startsWith("Home Assistant is still starting"));
      await page.evaluate(() => {
        window.house.answers = {};
        Date.now = ((now) => () => now)(Date.now() + 11_000);
        window.card.hass = window.house.hass();
      });
      await slider(page).waitFor();
    },
  },
  {
    name: "day of which nothing was recorded, or little",
    run: async ({ page }) => {
      const empty = { start: 1795215600, end: 1795302000, series: {}, bands: { status: [], reason: [] }, mode: [], missing: [] };
      await show(page, "day", { day: empty });
      equal(await text(page, ".hint"), "Nothing was recorded on this day.");
      await show(page, "day", { day: { ...empty, series: { pv_w: [[1795215600, 100]] }, missing: ["surplus_w", "grid_w"] } });
      equal(await text(page, ".moment-why"), "Nothing is known of this moment.");
      equal(await text(page, ".moment ~ .quiet"), "Not recorded: Surplus.");
    },
  },
  ...["day", "what-if"].map((name) => ({
    name: `${name} without a charger`,
    run: async ({ page, axe }) => {
      for (const chargers of [0, -1]) {
        await show(page, name, { house: { chargers } });
        const words = await page.evaluate(() => window.card.shadowRoot.textContent);
        ok(/is set up yet/.test(words), words);
        equal((await page.evaluate(() => window.house.asked)).length, 0);
      }
      await accessible(page, axe);
    },
  })),
  {
    name: "day stays small under many updates",
    alone: true,
    run: async ({ page }) => {
      await show(page, "day", { house: { chargers: 4 } });
      const measured = await page.evaluate(async ([updates, arrows]) => {
        const { card, house, tools } = window;
        const slider = card.shadowRoot.querySelector("[role=slider]");
        const step = (number) => {
          house.set("charger0", "status", number % 2 ? "charging" : "paused");
          card.hass = house.hass();
          if (number % arrows === 0) {
            const key = number % (2 * arrows) ? "PageDown" : "PageUp";
            slider.dispatchEvent(new KeyboardEvent("keydown", { key }));
          }
        };
        const heap = () => {
          window.gc();
          return performance.memory.usedJSHeapSize;
        };
        for (let number = 0; number < 500; number += 1) step(number);
        await tools.nextFrame();
        const before = { heap: heap(), nodes: card.shadowRoot.querySelectorAll("*").length };
        const began = performance.now();
        for (let number = 0; number < updates; number += 1) step(number);
        const each_ms = (performance.now() - began) / updates;
        await tools.nextFrame();
        Date.now = ((now) => () => now)(Date.now() + 61_000);
        card.hass = house.hass();
        await tools.nextFrame();
        const nodes = card.shadowRoot.querySelectorAll("*").length - before.nodes;
        return { each_ms, nodes, grown: heap() - before.heap, asked: house.asked.length };
      }, [UPDATES, ARROWS]);
      ok(measured.each_ms < UPDATE_LIMIT_MS, `${measured.each_ms} ms`);
      equal(measured.nodes, 0);
      ok(measured.grown < HEAP_GROWTH_LIMIT, `${measured.grown} bytes`);
      equal(measured.asked, 2, "asked once, and once more a minute later");
      return `${measured.each_ms.toFixed(3)} ms each, ${measured.grown} bytes more after ${UPDATES}`;
    },
  },
  ...trials,
  {
    name: "what if asks for what was changed, and changes nothing",
    run: async ({ page }) => {
      await show(page, "what-if");
      await page.getByRole("button", { name: "Try" }).click();
      ok((await page.evaluate(() => window.card.shadowRoot.textContent)).includes("Change at least one"));
      equal((await asked(page, "what_if")).length, 0);
      equal(await page.getByLabel("Night reserve").inputValue(), "40");
      await page.getByLabel("Night reserve").fill("55");
      await page.getByText("now 40").waitFor();
      await page.getByLabel("Priority").selectOption("balanced");
      await page.getByText("More settings").click();
      await page.getByLabel("Use battery").uncheck();
      await page.getByLabel("Days back").selectOption("14");
      await page.getByRole("button", { name: "Try" }).click();
      const [request] = await asked(page, "what_if");
      equal(JSON.stringify(request), JSON.stringify({
        type: "victron_openevse/what_if", site: "site", charger: "charger0", days: 14,
        changes: { priority: "balanced", night_reserve: 55, use_battery: false }, language: "en",
      }));
      await page.getByText("8 days replayed: 3.3 kWh more from the sun").waitFor();
      const rows = await page.getByRole("row").allTextContents();
      ok(rows.some((row) => row.includes("Contactor closings1411−3")), rows.join("\n"));
      ok(rows.some((row) => row.includes("Net cost, less what is stored−€9.20−€10.10−€0.90")), rows.join("\n"));
      ok(await page.getByText("Net cost, less what is stored").isVisible());
      ok((await page.evaluate(() => window.card.shadowRoot.textContent)).includes("off from what was measured"));
      equal((await page.evaluate(() => window.house.calls)).length, 0);
      await page.getByRole("button", { name: "Reset" }).click();
      equal(await page.getByLabel("Night reserve").inputValue(), "40");
    },
  },
  {
    name: "what if follows settings that are changed elsewhere, not those being tried",
    run: async ({ page }) => {
      await show(page, "what-if");
      await page.getByLabel("Night reserve").fill("55");
      await page.evaluate(() => {
        window.house.set("site", "night_reserve", "42.0");
        window.house.set("site", "resume_soc", "61.0");
        window.card.hass = window.house.hass();
      });
      equal(await page.getByLabel("Night reserve").inputValue(), "55");
      equal(await page.getByLabel("Resume soc").inputValue(), "61");
    },
  },
  {
    name: "what if refuses impossible values and tells errors",
    run: async ({ page, axe }) => {
      const busy = { code: "busy", message: "Another one is running." };
      await show(page, "what-if", { answers: { "victron_openevse/what_if": busy } });
      await page.getByLabel("Night reserve").fill("155");
      await page.getByRole("button", { name: "Try" }).click();
      equal((await asked(page, "what_if")).length, 0);
      await page.getByLabel("Night reserve").fill("55");
      await page.getByRole("button", { name: "Try" }).click();
      await page.getByText("Another one is running.").waitFor();
      ok(await page.getByRole("button", { name: "Try" }).isEnabled());
      equal(await page.getByRole("progressbar").count(), 0);
      await accessible(page, axe);
    },
  },
  {
    name: "what if shows that it runs",
    run: async ({ page, axe }) => {
      await show(page, "what-if");
      await page.evaluate(() => {
        const answer = window.house.frame.callWS;
        window.house.frame.callWS = (message) =>
          new Promise((resolve) => {
            window.finish = () => resolve(answer(message));
          });
        window.card.hass = window.house.hass();
      });
      await page.getByLabel("Night reserve").fill("55");
      await page.getByRole("button", { name: "Try" }).click();
      await page.getByRole("progressbar").waitFor();
      ok(await page.getByRole("button", { name: "Try" }).isDisabled());
      await accessible(page, axe);
      await page.evaluate(() => window.finish());
      await page.getByText("more from the sun").waitFor();
      equal(await page.getByRole("progressbar").count(), 0);
    },
  },
];
