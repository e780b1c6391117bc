// A headless Chromium that is signed in to the running demo.
//
// Needs playwright-core and a Chromium, which `ensure_browser` of scripts/lib/common.sh brings.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_FOLDER}/`);
const { chromium } = require("playwright-core");

const START_TIMEOUT_MS = 60000;

/** Opens a browser for the demo whose files are in `folder`; give `page(view)` what to look like. */
export async function openBrowser(folder) {
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

  /** A page of Home Assistant at `path`; `complain` is told each error of the page. */
  async function page({ width, height, density = 1, dark = false, path = "/", complain }) {
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: density,
      colorScheme: dark ? "dark" : "light",
      locale: "en-GB",
      serviceWorkers: "block",
    });
    await context.addInitScript((tokens) => {
      localStorage.setItem("hassTokens", JSON.stringify(tokens));
      localStorage.setItem("selectedLanguage", '"en"');
      localStorage.setItem("dockedSidebar", '"auto"');
    }, signedIn);
    const opened = await context.newPage();
    opened.on("console", (message) => {
      if (message.type() === "error") complain(`${message.text()} ${message.location().url}`);
    });
    opened.on("pageerror", (error) => complain(`page error ${error.stack ?? error}`));
    await opened.goto(`${url}${path}`, { waitUntil: "domcontentloaded" });
    await opened.waitForFunction(
      () => document.querySelector("home-assistant")?.shadowRoot?.querySelector("home-assistant-main"),
      null,
      { timeout: START_TIMEOUT_MS },
    );
    return opened;
  }

  return { page, close: () => browser.close() };
}
