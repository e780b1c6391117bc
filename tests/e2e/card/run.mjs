// Looks at the card in a real browser with a made-up house: every promise that needs no Home
// Assistant. One line for each check; exit code 1 when one fails. Pictures in artefacts/card.
//
// usage: scripts/card-tests [PART OF A NAME]   (it brings playwright-core, axe-core and a Chromium)
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { checks as ofCard } from "./checks.mjs";
import { panels } from "./panels.mjs";

const only = process.argv[2] ?? "";
const checks = [...ofCard, ...panels].filter(({ name }) => name.includes(only));

const require = createRequire(`${process.env.NODE_FOLDER}/`);
const { chromium } = require("playwright-core");

const here = path.dirname(fileURLToPath(import.meta.url));
const repo = path.resolve(here, "../../..");
const pictures = path.join(repo, "artefacts", "card");
const ROOTS = { frontend: path.join(repo, "custom_components/victron_openevse/frontend"), card: here };
const TYPES = { ".js": "text/javascript", ".html": "text/html", ".json": "application/json" };
// Pages that are looked at side by side.
const WORKERS = 2;
const LOOPBACK = "127.0.0.1";

/** Serves the shipped modules and this folder, nothing else. */
const server = createServer((request, response) => {
  const [, root, ...rest] = request.url.split("?")[0].split("/");
  const file = path.join(ROOTS[root] ?? here, path.normalize(`/${rest.join("/")}`));
  try {
    const type = TYPES[path.extname(file)] ?? "application/octet-stream";
    const content = readFileSync(file);
    response.writeHead(200, { "content-type": type }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, LOOPBACK, resolve));
const url = `http://${LOOPBACK}:${server.address().port}/card/page.html`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--js-flags=--expose-gc"],
});
mkdirSync(pictures, { recursive: true });

/** A page of its own for a check; what it complains about fails the check. */
async function open({ width = 390, height = 844, dark = false, still = false }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: still ? "reduce" : "no-preference",
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin)) complaints.push(`loads ${request.url()}`);
  });
  // Says which one, as the console does not.
  page.on("response", (response) => {
    const icon = response.url().endsWith("/favicon.ico");
    if (response.status() >= 400 && !icon) complaints.push(`missing ${response.url()}`);
  });
  await page.goto(url);
  return { page, complaints, context };
}

let failed = 0;

async function check({ name, run, ...view }) {
  const { page, complaints, context } = await open(view);
  try {
    const picture = (file) => page.screenshot({ path: path.join(pictures, `${file}.png`) });
    const figures = (await run({ page, picture, axe: require.resolve("axe-core/axe.min.js") })) ?? "";
    const wrong = complaints.filter((one) => !one.includes("Failed to load resource"));
    if (wrong.length) throw new Error(wrong.join("; "));
    console.log(`ok     ${name}${figures && `: ${figures}`}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${String(error.message).slice(0, 1500)}`);
  }
  await context.close();
}

/** Takes checks from the list until it is empty. */
async function work(waiting) {
  while (waiting.length) await check(waiting.shift());
}

const together = checks.filter(({ alone }) => !alone);
await Promise.all(Array.from({ length: WORKERS }, () => work(together)));
// What is measured has the machine to itself.
await work(checks.filter(({ alone }) => alone));
await browser.close();
server.close();
console.log(failed ? `card: ${failed} of ${checks.length} failed` : `card ok: ${checks.length} checks`);
process.exitCode = failed ? 1 : 0;
