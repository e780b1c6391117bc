// Takes a picture of the running demo's page, for looking at it.
//
// usage: node demo/screenshot.mjs RUN_FOLDER OUT.png [WIDTH HEIGHT] [dark]
//        (scripts/screenshots --now brings everything else)
import { openBrowser } from "./browser.mjs";

const [folder, out, width = "1400", height = "1000", dark = ""] = process.argv.slice(2);

// Charts draw themselves a moment after the page is there.
const DRAWING_MS = 5000;

const browser = await openBrowser(folder);
const page = await browser.page({
  width: Number(width),
  height: Number(height),
  dark: Boolean(dark),
  complain: (text) => console.log("error on the page:", text.slice(0, 300)),
});
await page.waitForTimeout(DRAWING_MS);
await page.screenshot({ path: out });
console.log(`${out}: ${page.url()}`);
await browser.close();
