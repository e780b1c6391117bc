// Sets the integration up on Home Assistant's page as its owner does, counting the clicks.
//
// usage: node demo/clicks.mjs RUN_FOLDER WAY PICTURE_FOLDER
//        (WAY is mqtt or entities; scripts/demo --clicks WAY brings everything else)
//
// Typing a search word is no click. From every menu the way in that is wanted is taken, else the
// first entry; every form is sent as it stands. Each click is printed and has a picture of what it
// led to. Ends when the dialogue is closed, with an error when it cannot go on.
import { mkdirSync } from "node:fs";

import { openBrowser } from "./browser.mjs";

const [folder, way, pictures] = process.argv.slice(2);

const MAX_CLICKS = 12;
// The flow listens to the devices, which say some things only every 30 s.
const STEP_TIMEOUT_MS = 60000;
// Dialogues slide in and out.
const SETTLING_MS = 800;
const POLL_MS = 200;
const NAME = "Victron openEVSE";
const WAY_IN_MENU = { mqtt: /broker/i, entities: /entities/i }[way];

mkdirSync(pictures, { recursive: true });

const browser = await openBrowser(folder);
const page = await browser.page({
  width: 1200,
  height: 900,
  density: 1.5,
  path: "/config/integrations/dashboard",
  complain: (error) => console.log(`  the page says: ${error}`),
});

let clicks = 0;
let clickedAt = Date.now();

const picture = async (name) => {
  await page.waitForTimeout(SETTLING_MS);
  await page.screenshot({ path: `${pictures}/${way}-${clicks}-${name}.png` });
};

const click = async (target, what) => {
  await target.click();
  clickedAt = Date.now();
  clicks += 1;
  console.log(`click ${clicks}: ${what}`);
  if (clicks > MAX_CLICKS) throw new Error("the set-up does not end");
};

// The steps of the dialogues, in the words of Home Assistant's page, and what is done in each.
const dialogue = page.locator("dialog-data-entry-flow");
const another = page.locator("dialog-add-integration").getByText("Set up another instance");
const steps = [
  ["abort", dialogue.locator("step-flow-abort"), async (step) => {
    throw new Error(`the set-up gave up: ${await step.evaluate((one) => one.step.reason)}`);
  }],
  ["done", dialogue.locator("step-flow-create-entry"), async (step) => {
    console.log(`created after ${clicks} clicks`);
    await click(dialogue.getByRole("button", { name: /finish/i }), "close the dialogue");
    await step.waitFor({ state: "detached", timeout: STEP_TIMEOUT_MS });
    return true;
  }],
  ["menu", dialogue.locator("step-flow-menu"), async (step) => {
    const items = step.locator("ha-list-item, ha-md-list-item, ha-list-item-base, [role=listitem]");
    const wanted = items.filter({ hasText: WAY_IN_MENU });
    const item = (await wanted.count()) ? wanted.first() : items.first();
    await click(item, `menu: ${(await item.textContent()).trim().split("\n")[0]}`);
  }],
  ["form", dialogue.locator("step-flow-form"), async () => {
    await click(dialogue.getByRole("button", { name: /submit/i }), "Submit");
  }],
  ["discovered", another, async () => {
    await click(another, "set up another than the discovered");
  }],
];

// Waits until the dialogue shows a step, and a different one than before.
const nextStep = async (before) => {
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  while (Date.now() < deadline) {
    for (const [name, locator, act] of steps) {
      if (!(await locator.count()) || !(await locator.first().isVisible())) continue;
      const step = locator.first();
      const id = await step.evaluate((one) => one.step?.step_id ?? "");
      if (`${name} ${id}` !== before) return { title: `${name} ${id}`, name, step, act };
    }
    await page.waitForTimeout(POLL_MS);
  }
  await picture("stuck");
  throw new Error("the dialogue shows nothing new");
};

const add = page.getByRole("button", { name: "Add integration" });
await add.waitFor({ timeout: STEP_TIMEOUT_MS });
await picture("page");
await click(add, "Add integration");
await page.locator("ha-integration-list-item").first().waitFor({ timeout: STEP_TIMEOUT_MS });
await page.keyboard.type(NAME);
const brand = page.locator("ha-integration-list-item").filter({ hasText: NAME });
await brand.waitFor({ timeout: STEP_TIMEOUT_MS });
await picture("brands");
await click(brand, `${NAME} in the list`);

let title = "";
for (let ended = false; !ended; ) {
  const found = await nextStep(title);
  title = found.title;
  console.log(`  ${title.trim()}: ${((Date.now() - clickedAt) / 1000).toFixed(1)} s later`);
  await picture(found.name);
  ended = await found.act(found.step);
}
await picture("page");
await browser.close();
