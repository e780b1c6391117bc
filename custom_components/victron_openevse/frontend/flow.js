// The live picture: the house in the middle, sun above, car below, battery and grid beside it.
// Sun and car are what one looks for, so they are the large ones and their numbers the largest text.
// Chevrons point the way the energy goes and run the faster the more it is; standing still they say
// the same. Powers in W: grid + = import, battery + = charging.

import { asButton, openEntity, setAttribute, setText, svg } from "./dom.js";
import { icon } from "./icons.js";

const WIDTH = 400;
const HEIGHT = 366;
// Below this a meter's noise would make the chevrons run to and fro.
const IDLE_W = 20;
// Powers from which the chevrons run a step faster; steps, because a changed speed makes them jump.
const SPEED_STEPS_W = [300, 1000, 2500, 5000];
const CHEVRON_STEP = 14;
const GAP = 5;
const FULL_TURN_DEG = 360;
const FULL_PCT = 100;

// Where words stand beside a node: [x, baseline, anchor], so that no line passes through them.
const HERO = (y) => ({
  radius: 47,
  icon: { dy: 0, scale: 2 },
  name: [140, y - 1, "end"],
  more: [140, y + 21, "end"],
  value: [260, y + 4, "start"],
  second: [260, y + 25, "start"],
});
const SIDE = (x, y) => ({
  radius: 43,
  icon: { dy: -13, scale: 0.95 },
  value: [x, y + 19, "middle"],
  name: [x, y + 67, "middle"],
  second: [x, y + 85, "middle"],
  more: [x, y + 103, "middle"],
});
const MIDDLE = (x, y) => ({
  ...SIDE(x, y),
  radius: 40,
  name: [x + 43, y + 43, "start"],
});
const NODES = {
  sun: { x: 200, y: 51, entity: "pv_power", ...HERO(51) },
  battery: { x: 52, y: 183, entity: "battery_power", ...SIDE(52, 183) },
  grid: { x: 348, y: 183, entity: "grid_power", ...SIDE(348, 183) },
  car: { x: 200, y: 315, entity: "charging_power", ...HERO(315) },
  house: { x: 200, y: 183, entity: "house_power", ...MIDDLE(200, 183) },
};
const CENTRE = NODES.house;
const RING = 2 * Math.PI * NODES.battery.radius;

/** Chevrons in a window of `length` around 0, pointing right, one step longer than it. */
function makeChevrons(length) {
  const half = length / 2;
  let d = "";
  for (let x = -half - CHEVRON_STEP; x < half + CHEVRON_STEP; x += CHEVRON_STEP) d += `M${x} -6l6 6l-6 6`;
  const view = { x: -half, y: -10, width: length, height: 20, viewBox: `${-half} -10 ${length} 20` };
  return svg("svg", { ...view, class: "window" }, svg("path", { d, class: "chevrons" }));
}

/** A line between the house and a node; its chevrons point outwards unless it is turned. */
function makeLine(name) {
  const node = NODES[name];
  const distance = Math.hypot(node.x - CENTRE.x, node.y - CENTRE.y);
  const [right, down] = [(node.x - CENTRE.x) / distance, (node.y - CENTRE.y) / distance];
  const [from, to] = [CENTRE.radius + GAP, distance - node.radius - GAP];
  const at = (far) => `${CENTRE.x + right * far} ${CENTRE.y + down * far}`;
  const angle = (Math.atan2(down, right) * FULL_TURN_DEG) / (2 * Math.PI);
  const way = svg("g", { class: "way" }, makeChevrons(to - from));
  return svg(
    "g",
    { class: `line ${name}` },
    svg("path", { d: `M${at(from)}L${at(to)}`, class: "track" }),
    svg("g", { transform: `translate(${at((from + to) / 2)}) rotate(${angle})` }, way),
  );
}

function makeNode(name, act) {
  const node = NODES[name];
  const write = (part) => {
    const [x, y, anchor] = node[part];
    return svg("text", { x, y, "text-anchor": anchor, class: part });
  };
  const texts = { name: write("name"), more: write("more"), value: write("value"), second: write("second") };
  const group = svg(
    "g",
    { class: `node ${name}` },
    svg("circle", { cx: node.x, cy: node.y, r: node.radius, class: "ring" }),
    icon(name, node.x, node.y + node.icon.dy, node.icon.scale),
    // The spaces keep the words apart for who has them read aloud.
    ...Object.values(texts).flatMap((text) => [text, " "]),
  );
  asButton(group, act);
  return { group, ...texts };
}

/** The battery's ring is its level, with marks where it stops and resumes giving to the car. */
function makeLevel() {
  const { x, y, radius } = NODES.battery;
  const turned = `rotate(-90 ${x} ${y})`;
  const level = svg("circle", { cx: x, cy: y, r: radius, class: "level", transform: turned });
  const mark = (kind) =>
    svg("path", { d: `M${x} ${y - radius - 7}v14`, class: `mark ${kind}`, visibility: "hidden" });
  return { level, reserve: mark("reserve"), resume: mark("resume") };
}

function setMark(mark, percent) {
  const { x, y } = NODES.battery;
  const known = percent !== null && percent !== undefined;
  setAttribute(mark, "visibility", known ? "visible" : "hidden");
  if (known) {
    setAttribute(mark, "transform", `rotate(${(percent * FULL_TURN_DEG) / FULL_PCT} ${x} ${y})`);
  }
}

/** Builds the picture; `entities()` tells the entity behind each node when it is pressed. */
export function makeFlow(entities) {
  const nodes = {};
  const lines = {};
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "flow", role: "group" });
  for (const name of ["sun", "battery", "grid", "car"]) {
    lines[name] = makeLine(name);
    root.append(lines[name]);
  }
  for (const name of Object.keys(NODES)) {
    nodes[name] = makeNode(name, () => openEntity(root, entities()[NODES[name].entity]));
    root.append(nodes[name].group);
  }
  const level = makeLevel();
  nodes.battery.group.querySelector(".ring").after(level.level);
  nodes.battery.group.append(level.reserve, level.resume);
  return { root, nodes, lines, level };
}

/** `outwards_w` > 0 flows from the house to the node. */
function setLine(line, outwards_w) {
  const power_w = Math.abs(outwards_w ?? 0);
  const idle = power_w < IDLE_W;
  const speed = SPEED_STEPS_W.filter((step_w) => power_w >= step_w).length;
  setAttribute(line, "data-speed", idle ? "idle" : speed);
  setAttribute(line, "data-way", outwards_w < 0 ? "in" : "out");
}

function setNode(node, { name, value, second = "", more = "", idle }) {
  setText(node.name, name);
  setText(node.value, value);
  setText(node.second, second);
  setText(node.more, more);
  setAttribute(node.group, "data-idle", idle);
  setAttribute(node.group, "data-second", second !== "");
  setAttribute(node.group, "aria-label", [name, more, value, second].filter(Boolean).join(" "));
}

const isIdle = (power_w) => power_w === null || Math.abs(power_w) < IDLE_W;

function wayWord(power_w, positive, negative) {
  if (isIdle(power_w)) return "";
  return power_w > 0 ? positive : negative;
}

const size = (power_w) => (power_w === null ? null : Math.abs(power_w));

function batteryWords(seen, numbers, t) {
  return {
    name: `${t("battery")} ${numbers.level(seen.soc_pct)}`,
    second: wayWord(seen.battery_w, t("charging"), t("discharging")),
    more: seen.reserve_pct === null ? "" : t("keeps", { level: numbers.level(seen.reserve_pct) }),
  };
}

function carWords(seen, numbers, t) {
  const several = seen.cars > 1;
  return {
    name: several ? t("cars", { count: numbers.plain(seen.cars) }) : t("car"),
    more: several ? t("take") : t("takes"),
    second: seen.offered_a === null ? "" : t("offered", { current: numbers.current(seen.offered_a) }),
  };
}

/**
 * Shows one moment. `seen` holds sun_w, house_w, battery_w, grid_w, car_w, offered_a, cars,
 * soc_pct, reserve_pct, resume_pct (null = unknown) and curtailed.
 */
export function updateFlow(flow, seen, numbers, t) {
  const { nodes, lines, level } = flow;
  setAttribute(flow.root, "aria-label", t("flow"));
  const gridWay = wayWord(seen.grid_w, t("import"), t("export"));
  const shown = {
    sun: [seen.sun_w, { name: t("sun"), more: t("gives"), second: seen.curtailed ? t("held_back") : "" }],
    house: [seen.house_w, { name: t("house") }],
    battery: [seen.battery_w, batteryWords(seen, numbers, t)],
    grid: [seen.grid_w, { name: t("grid"), second: gridWay }],
    car: [seen.car_w, carWords(seen, numbers, t)],
  };
  for (const [name, [power_w, words]] of Object.entries(shown)) {
    setNode(nodes[name], { ...words, value: numbers.power(size(power_w)), idle: isIdle(power_w) });
  }
  setLine(lines.sun, seen.sun_w === null ? null : -seen.sun_w);
  setLine(lines.battery, seen.battery_w);
  setLine(lines.grid, seen.grid_w === null ? null : -seen.grid_w);
  setLine(lines.car, seen.car_w);
  const arc = (RING * (seen.soc_pct ?? 0)) / FULL_PCT;
  setAttribute(level.level, "stroke-dasharray", `${arc.toFixed(1)} ${RING.toFixed(1)}`);
  setMark(level.reserve, seen.reserve_pct);
  setMark(level.resume, seen.resume_pct);
}
