// The live picture: the house in the middle, sun above, car below, battery and grid beside it.
// Dots run along each line the way the energy goes, faster where it is more; an arrow says the
// same without motion. Powers in W: grid + = import, battery + = charging.

import { asButton, openEntity, setAttribute, setText, svg } from "./dom.js";
import { icon } from "./icons.js";

const WIDTH = 400;
const HEIGHT = 372;
const RADIUS = 46;
const CENTRE = { x: 200, y: 186 };
// Below this a meter's noise would make dots run to and fro.
const IDLE_W = 20;
// Powers from which the dots run a step faster; steps, because a changed speed makes them jump.
const SPEED_STEPS_W = [300, 1000, 2500, 5000];
const RING = 2 * Math.PI * RADIUS;
const FULL_TURN_DEG = 360;
const FULL_PCT = 100;

// Captions stand where no line passes.
const NODES = {
  sun: { x: 200, y: 50, entity: "pv_power", caption: { x: 256, y: 48, anchor: "start" } },
  battery: { x: 52, y: 186, entity: "battery_power", caption: { x: 52, y: 256, anchor: "middle" } },
  grid: { x: 348, y: 186, entity: "grid_power", caption: { x: 348, y: 256, anchor: "middle" } },
  car: { x: 200, y: 322, entity: "charging_power", caption: { x: 256, y: 318, anchor: "start" } },
  house: { x: 200, y: 186, entity: "house_power", caption: { x: 248, y: 226, anchor: "start" } },
};

/** A line between the house and a node; its dots run outwards unless it is turned. */
function makeLine(name) {
  const node = NODES[name];
  const length = Math.hypot(node.x - CENTRE.x, node.y - CENTRE.y);
  const [right, down] = [(node.x - CENTRE.x) / length, (node.y - CENTRE.y) / length];
  const at = (distance) => `${CENTRE.x + right * distance} ${CENTRE.y + down * distance}`;
  const d = `M${at(RADIUS + 4)}L${at(length - RADIUS - 4)}`;
  const angle = (Math.atan2(down, right) * FULL_TURN_DEG) / (2 * Math.PI);
  const arrow = svg("path", { d: "M-6-8L7 0L-6 8z", class: "arrow" });
  const line = svg(
    "g",
    { class: `line ${name}` },
    svg("path", { d, class: "track" }),
    svg("path", { d, class: "dots" }),
    svg("g", { transform: `translate(${at(length / 2)}) rotate(${angle})` }, arrow),
  );
  return line;
}

function makeNode(name, act) {
  const { x, y, caption } = NODES[name];
  const value = svg("text", { x, y: y + 21, class: "value" });
  const first = svg("text", { x: caption.x, y: caption.y, "text-anchor": caption.anchor });
  const second = svg("text", { x: caption.x, y: caption.y + 18, "text-anchor": caption.anchor });
  first.classList.add("caption", "first");
  second.classList.add("caption", "second");
  const group = svg(
    "g",
    { class: `node ${name}` },
    svg("circle", { cx: x, cy: y, r: RADIUS, class: "ring" }),
    icon(name, x, y - 12),
    // The spaces keep the words apart for who has them read aloud.
    first,
    " ",
    value,
    " ",
    second,
  );
  asButton(group, act);
  return { group, value, first, second };
}

/** The battery's ring is its level, with marks where it stops and resumes giving to the car. */
function makeLevel() {
  const { x, y } = NODES.battery;
  const level = svg("circle", {
    cx: x,
    cy: y,
    r: RADIUS,
    class: "level",
    transform: `rotate(-90 ${x} ${y})`,
  });
  const mark = (kind) =>
    svg("path", { d: `M${x} ${y - RADIUS - 6}v12`, class: `mark ${kind}`, visibility: "hidden" });
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
  nodes.battery.group.prepend(level.level);
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

function setNode(node, { value, first, second = "", idle }) {
  setText(node.value, value);
  setText(node.first, first);
  setText(node.second, second);
  setAttribute(node.group, "data-idle", idle);
  setAttribute(node.group, "aria-label", [first, value, second].filter(Boolean).join(" "));
}

const isIdle = (power_w) => power_w === null || Math.abs(power_w) < IDLE_W;

function wayWord(power_w, positive, negative) {
  if (isIdle(power_w)) return "";
  return power_w > 0 ? positive : negative;
}

const size = (power_w) => (power_w === null ? null : Math.abs(power_w));

/**
 * Shows one moment. `seen` holds sun_w, house_w, battery_w, grid_w, car_w, offered_a, cars,
 * soc_pct, reserve_pct, resume_pct (null = unknown) and curtailed.
 */
export function updateFlow(flow, seen, numbers, t) {
  const { nodes, lines, level } = flow;
  setAttribute(flow.root, "aria-label", t("flow"));
  const shown = {
    sun: { power_w: seen.sun_w, first: t("sun"), second: seen.curtailed ? t("held_back") : "" },
    house: { power_w: seen.house_w, first: t("house") },
    battery: {
      power_w: seen.battery_w,
      first: `${t("battery")} ${numbers.level(seen.soc_pct)}`,
      second: wayWord(seen.battery_w, t("charging"), t("discharging")),
    },
    grid: {
      power_w: seen.grid_w,
      first: t("grid"),
      second: wayWord(seen.grid_w, t("import"), t("export")),
    },
    car: {
      power_w: seen.car_w,
      first: seen.cars > 1 ? t("cars", { count: numbers.plain(seen.cars) }) : t("car"),
      second: numbers.current(seen.offered_a),
    },
  };
  for (const [name, { power_w, first, second }] of Object.entries(shown)) {
    setNode(nodes[name], { value: numbers.power(size(power_w)), first, second, idle: isIdle(power_w) });
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
