// Looks at the integration's dashboard in the running demo, and taps modes on it.
//
// usage: node demo/page.mjs RUN_FOLDER PICTURE_FOLDER
//        (scripts/demo --page brings everything else)
//
// Before each tap it prints "tapping MODE" and waits for a line, which whoever watches the wire
// sends when the charger has been told. Errors of our own modules end it with exit code 1.
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";

import { openBrowser } from "./browser.mjs";

const [folder, pictures] = process.argv.slice(2);

// Charts draw themselves a moment after the page is there.
const DRAWING_MS = 3500;
const CARD_TIMEOUT_MS = 30000;
const PHONE = { width: 390, height: 844 };
const TABLET = { width: 1280, height: 800 };
const DESK = { width: 1400, height: 1000 };
const DASHBOARD = "/solar-car";
const LOOKS = [
  { name: "now-phone-light", path: "now", ...PHONE },
  { name: "now-phone-dark", path: "now", ...PHONE, dark: true },
  { name: "now-tablet-dark", path: "now", ...TABLET, dark: true },
  { name: "now-desk-light", path: "now", ...DESK },
  { name: "history-desk-light", path: "history", ...DESK },
  { name: "history-phone-dark", path: "history", ...PHONE, dark: true },
  { name: "settings-desk-light", path: "settings", ...DESK },
  { name: "trouble-desk-dark", path: "trouble", ...DESK, dark: true },
];
// What shows that a view is there.
const PARTS = {
  now: ["victron-openevse-card .flow"],
  history: ["victron-openevse-day-card [role=slider]", "victron-openevse-what-if-card form"],
};
const TAPS = ["Fast", "Medium", "Off", "Solar"];

mkdirSync(pictures, { recursive: true });
const complaints = [];
const complain = (text) => {
  // Home Assistant's own page misses icons of brands where there is no network.
  if (/victron/i.test(text)) complaints.push(text);
};
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const browser = await openBrowser(folder);

for (const { name, path, ...view } of LOOKS) {
  const page = await browser.page({ ...view, path: `${DASHBOARD}/${path}`, complain });
  for (const part of PARTS[path] ?? []) {
    await page.locator(part).waitFor({ timeout: CARD_TIMEOUT_MS });
  }
  await page.waitForTimeout(DRAWING_MS);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  if (await page.getByText(/Error loading|Configuration error/i).count()) {
    complaints.push(`${name} shows an error`);
  }
  await page.context().close();
}

// The demo has hardly begun, so the answer is small, but it must be one.
const past = await browser.page({ ...PHONE, path: `${DASHBOARD}/history`, complain });
const whatIf = past.locator("victron-openevse-what-if-card");
await whatIf.getByLabel("Night reserve").fill("55");
await whatIf.getByRole("button", { name: "Try" }).click();
await whatIf.getByRole("table").waitFor({ timeout: CARD_TIMEOUT_MS });
await past.screenshot({ path: `${pictures}/what-if-phone-light.png` });
await past.context().close();

const page = await browser.page({ ...PHONE, path: `${DASHBOARD}/now`, complain });
const card = page.locator("victron-openevse-card");
for (const mode of TAPS) {
  const button = card.getByRole("button", { name: mode, exact: true });
  await button.waitFor({ timeout: CARD_TIMEOUT_MS });
  console.log(`tapping ${mode.toLowerCase()}`);
  await button.click();
  await answers.next();
  await card.getByRole("button", { name: mode, exact: true, pressed: true }).waitFor();
}
await browser.close();
for (const text of complaints) console.log(`error: ${text.slice(0, 500)}`);
console.log(complaints.length ? "the page complains" : "no complaints");
process.exit(complaints.length ? 1 : 0);
