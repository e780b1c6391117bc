// Films the card: the sun changes, the car follows, and somebody taps a mode.
//
// The house lives in real time and frames are taken when they can be, so its minute becomes some
// seconds of film. What moves by itself on the card is moved by hand from frame to frame: so it runs
// as smoothly as on a real screen, however slow this computer is.
import { mkdirSync } from "node:fs";

const VIEW = { width: 1000, height: 900, density: 1 };
const CARD_TIMEOUT_MS = 60000;
// Time between two frames of the film.
const FRAME_MS = 100;
// The pointer stays on the button for so many frames before it taps.
const HOVER_FRAMES = 6;
const MARGIN = 8;

// `sun` holds the sun at a power in W, `tap` a mode; then so many `frames`, `every` so many ms of the
// house's time.
const STORY = [
  { frames: 12, every: 0 },
  { sun: 2800, frames: 4, every: 900 },
  { sun: 3400, frames: 4, every: 900 },
  { sun: 4000, frames: 4, every: 900 },
  { sun: 4600, frames: 12, every: 900 },
  { frames: 8, every: 0 },
  { sun: 1900, frames: 4, every: 600 },
  { sun: 1000, frames: 20, every: 700 },
  { sun: 2600, frames: 5, every: 600 },
  { sun: 3800, frames: 10, every: 800 },
  { tap: "Fast", frames: 16, every: 500 },
  { frames: 8, every: 0 },
  { tap: "Solar", frames: 16, every: 700 },
];
const FIRST_SUN_W = 2200;
const SETTLING_MS = 45000;

/** Moves what moves by itself on the card, and keeps it from moving otherwise. */
function advance(card, ms) {
  for (const motion of card.shadowRoot.getAnimations()) {
    motion.pause();
    motion.currentTime = (Number(motion.currentTime) || 0) + ms;
  }
  for (const drawing of card.shadowRoot.querySelectorAll("svg")) {
    drawing.pauseAnimations();
    drawing.setCurrentTime(drawing.getCurrentTime() + ms / 1000);
  }
}

/** Shows where somebody taps. */
function point([x, y, pressed]) {
  const id = "film-pointer";
  const dot = document.getElementById(id) ?? document.createElement("div");
  dot.id = id;
  const size = pressed ? 44 : 30;
  dot.style.cssText =
    `position:fixed;z-index:99;pointer-events:none;border-radius:50%;width:${size}px;height:${size}px;` +
    `left:${x - size / 2}px;top:${y - size / 2}px;border:2px solid rgba(0,0,0,.55);` +
    `background:rgba(${pressed ? "3,169,244,.45" : "0,0,0,.25"});display:${x ? "block" : "none"}`;
  document.body.append(dot);
}

/** `open(view)` opens the dashboard, `house(command, details)` has the house do something. */
export async function film(open, house, folder) {
  mkdirSync(folder, { recursive: true });
  const page = await open(VIEW);
  const card = page.locator("victron-openevse-card").first();
  await card.locator(".flow").waitFor({ timeout: CARD_TIMEOUT_MS });
  await house("pv_hold", { power_w: FIRST_SUN_W });
  await page.waitForTimeout(SETTLING_MS);
  const box = await card.boundingBox();
  const clip = {
    x: Math.max(0, box.x - MARGIN),
    y: Math.max(0, box.y - MARGIN),
    width: box.width + 2 * MARGIN,
    height: box.height + 2 * MARGIN,
  };
  await card.evaluate((one, height) => {
    // A shorter sentence makes the card shorter, and what is below it would come into the picture.
    one.shadowRoot.querySelector("ha-card").style.minHeight = `${height}px`;
    one.shadowRoot.querySelector("ha-card").style.boxSizing = "border-box";
  }, box.height);
  let number = 0;
  const frame = async (every = 0) => {
    if (every) await page.waitForTimeout(every);
    await card.evaluate(advance, FRAME_MS);
    number += 1;
    await page.screenshot({ path: `${folder}/${String(number).padStart(4, "0")}.png`, clip });
  };
  const tap = async (mode) => {
    const button = card.getByRole("button", { name: mode, exact: true });
    const target = await button.boundingBox();
    const [x, y] = [target.x + target.width / 2, target.y + target.height / 2];
    await page.evaluate(point, [x, y, false]);
    for (let shown = 0; shown < HOVER_FRAMES; shown += 1) await frame();
    await page.evaluate(point, [x, y, true]);
    await button.click();
    for (let shown = 0; shown < 2; shown += 1) await frame();
    await page.evaluate(point, [0, 0, false]);
  };
  for (const scene of STORY) {
    if (scene.sun) await house("pv_hold", { power_w: scene.sun });
    if (scene.tap) await tap(scene.tap);
    for (let shown = 0; shown < scene.frames; shown += 1) await frame(scene.every);
  }
  await house("pv_hold", { power_w: null });
  await page.context().close();
}
