// Takes a picture of the running demo's page, for looking at it.
//
// usage: scripts/screenshot RUN_FOLDER OUT.png [WIDTH HEIGHT] [dark]
//        (RUN_FOLDER is what scripts/demo prints after "files:"; it holds address and token)
//
// Needs playwright-core and a Chromium; scripts/screenshot brings both.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, out, width = "1400", height = "1000", dark = ""] = process.argv.slice(2);
const require = createRequire(`${process.env.NODE_FOLDER}/`);
const { chromium } = require("playwright-core");

// Charts draw themselves a moment after the page is there.
const DRAWING_MS = 5000;
const START_TIMEOUT_MS = 60000;

const token = readFileSync(`${folder}/token`, "utf8").trim();
const url = readFileSync(`${folder}/url`, "utf8").trim();

const signedIn = {
  hassUrl: url,
  clientId: `${url}/`,
  access_token: token,
  token_type: "Bearer",
  expires_in: 1e9,
  expires: Date.now() + 1e12,
  refresh_token: "",
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
const context = await browser.newContext({
  viewport: { width: Number(width), height: Number(height) },
  colorScheme: dark ? "dark" : "light",
  locale: "en-GB",
  serviceWorkers: "block",
});
await context.addInitScript((tokens) => {
  localStorage.setItem("hassTokens", JSON.stringify(tokens));
  localStorage.setItem("selectedLanguage", '"en"');
}, signedIn);

const page = await context.newPage();
page.on("console", (message) => {
  if (message.type() === "error") console.log("console error:", message.text().slice(0, 300));
});
page.on("pageerror", (error) => console.log("page error:", String(error).slice(0, 300)));
await page.goto(url, { waitUntil: "domcontentloaded" });
await page.waitForFunction(
  () => document.querySelector("home-assistant")?.shadowRoot?.querySelector("home-assistant-main"),
  null,
  { timeout: START_TIMEOUT_MS },
);
await page.waitForTimeout(DRAWING_MS);
await page.screenshot({ path: out });
console.log(`${out}: ${page.url()}`);
await browser.close();
