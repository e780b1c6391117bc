// Takes the pictures of the documents from the running demo.
//
// usage: node demo/pictures.mjs RUN_FOLDER PICTURE_FOLDER NAME...
//        (scripts/screenshots brings everything else)
//
// Pictures of a view are one file each, NAME.png; a moving one is a folder NAME of frames. Where the
// house is to do something, "do COMMAND JSON" is printed and a line awaited.
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";

import { openBrowser } from "./browser.mjs";
import { film } from "./film.mjs";

const [folder, pictures, ...names] = process.argv.slice(2);

// Charts draw themselves a moment after the page is there, and the card asks for midnight's counters.
const DRAWING_MS = 6000;
const CARD_TIMEOUT_MS = 60000;
const DASHBOARD = "/solar-car";
const PHONE = { width: 390, height: 844, density: 2 };
const DESK = { width: 1280, height: 900, density: 1.5 };
// Whole cards, without the page's head over them.
const TALL = 2000;
const LOOKS = {
  "phone-light": { path: "now", ...PHONE },
  "phone-dark": { path: "now", ...PHONE, dark: true },
  now: { path: "now", ...DESK },
  settings: { path: "settings", ...DESK },
  trouble: { path: "trouble", ...DESK, height: 620, trouble: true },
};

const CARDS = {
  day: { element: "victron-openevse-day-card", prepare: turnBack, ...DESK, height: TALL },
  "what-if": {
    element: "victron-openevse-what-if-card",
    prepare: tryOther,
    parts: [".verdict", "table.result"],
    ...DESK,
    height: TALL,
  },
};
// A GX that says nothing for 30 s is trouble.
const SILENCE_S = 90;
const NOTICING_MS = 60000;
const MARGIN = 12;
const OTHER_PRIORITY = "house_first";
const REPLAY_TIMEOUT_MS = 60000;

mkdirSync(pictures, { recursive: true });
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const complain = (text) => {
  // Home Assistant's own page misses icons of brands where there is no network.
  if (/victron/i.test(text)) console.log(`error: ${text.slice(0, 500)}`);
};

/** Has the house do something; resolves when it was told. */
async function house(command, details = {}) {
  console.log(`do ${command} ${JSON.stringify(details)}`);
  await answers.next();
}

/** Turns to a day that is whole. */
async function turnBack(card) {
  await card.locator("button.round").first().click();
  await card.page().waitForTimeout(DRAWING_MS);
}

/** Has other settings replayed, and waits for what they would have done. */
async function tryOther(card) {
  await card.locator("select").first().selectOption(OTHER_PRIORITY);
  await card.getByRole("button", { name: "Try", exact: true }).click();
  await card.locator("table.result").waitFor({ timeout: REPLAY_TIMEOUT_MS });
}

/** The least frame around some elements that stand below each other. */
async function frameOf(elements) {
  const boxes = await Promise.all(elements.map((one) => one.boundingBox()));
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const margin = elements.length > 1 ? MARGIN : 0;
  return {
    x: x - margin,
    y: y - margin,
    width: right - x + 2 * margin,
    height: bottom - y + 2 * margin,
  };
}

async function cardOf(browser, name) {
  const { element, prepare = () => {}, parts, ...view } = CARDS[name];
  const page = await browser.page({ ...view, path: `${DASHBOARD}/history`, complain });
  const card = page.locator(element).first();
  await card.waitFor({ timeout: CARD_TIMEOUT_MS });
  await page.waitForTimeout(DRAWING_MS);
  await prepare(card);
  const clip = await frameOf(parts ? parts.map((part) => card.locator(part)) : [card]);
  await page.screenshot({ path: `${pictures}/${name}.png`, clip });
  await page.context().close();
  console.log(`picture ${name}`);
}

async function look(browser, name) {
  const { path, trouble, ...view } = LOOKS[name];
  if (trouble) await house("gx_silent", { seconds: SILENCE_S });
  const page = await browser.page({ ...view, path: `${DASHBOARD}/${path}`, complain });
  if (path === "now") {
    await page.locator("victron-openevse-card .flow").waitFor({ timeout: CARD_TIMEOUT_MS });
  }
  await page.waitForTimeout(trouble ? NOTICING_MS : DRAWING_MS);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  await page.context().close();
  console.log(`picture ${name}`);
}

async function movingPicture(browser, name) {
  const open = (view) => browser.page({ ...view, path: `${DASHBOARD}/now`, complain });
  await film(open, house, `${pictures}/${name}`);
  console.log(`picture ${name}`);
}

/** How a picture is taken; undefined for those that are made elsewhere. */
function takerOf(name) {
  if (name in LOOKS) return look;
  if (name in CARDS) return cardOf;
  return name === "hero" ? movingPicture : undefined;
}

const browser = await openBrowser(folder);
for (const name of names) {
  try {
    await takerOf(name)?.(browser, name);
  } catch (error) {
    // The others are worth having all the same.
    console.log(`no picture ${name}: ${String(error).slice(0, 500)}`);
  }
}
await browser.close();
// The line awaited from standard input would keep it from ending.
process.exit(0);
