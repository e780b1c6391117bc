// The current dial of one charger: what is offered, on a scale up to what the circuit carries, with
// the range of the mode and a mark at what the car really draws. Currents in A; null = unknown.

import { html, setAttribute, setText, svg } from "./dom.js";

const RADIUS = 84;
const CENTRE = { x: 100, y: 100 };
const HALF_TURN_DEG = 180;
// A mode with one current still wants a visible mark on the scale, of this share.
const FIXED_MARK = 0.03;
const HALF_CIRCLE = Math.PI * RADIUS;
const ARC = `M${CENTRE.x - RADIUS} ${CENTRE.y}a${RADIUS} ${RADIUS} 0 0 1 ${2 * RADIUS} 0`;

export function makeDial() {
  const parts = {
    offered: svg("path", { d: ARC, class: "offered" }),
    range: svg("path", { d: ARC, class: "range", transform: "translate(-14 -14) scale(1.14)" }),
    drawn: svg("path", { d: `M${CENTRE.x - RADIUS - 8} ${CENTRE.y}h16`, class: "drawn" }),
    amps: svg("text", { x: CENTRE.x, y: 84, class: "amps" }),
    power: svg("text", { x: CENTRE.x, y: 109, class: "power" }),
    zero: svg("text", { x: CENTRE.x - RADIUS, y: 122, class: "end" }, "0"),
    top: svg("text", { x: CENTRE.x + RADIUS, y: 122, class: "end" }),
    limits: html("p", { class: "limits" }),
  };
  const face = svg(
    "svg",
    { viewBox: "-6 -6 212 134", class: "dial", role: "img" },
    svg("path", { d: ARC, class: "scale" }),
    parts.range,
    parts.offered,
    parts.drawn,
    parts.amps,
    parts.power,
    parts.zero,
    parts.top,
  );
  return { root: html("div", { class: "dial-box" }, face, parts.limits), face, parts };
}

const shareOf = (current_a, top_a) => Math.max(0, Math.min(1, (current_a ?? 0) / top_a));

/** Draws a part of the scale's arc by a dash of its length. */
function setArc(path, from, to) {
  const gap = (from * HALF_CIRCLE).toFixed(1);
  const length = ((to - from) * HALF_CIRCLE).toFixed(1);
  setAttribute(path, "stroke-dasharray", `0 ${gap} ${length} ${(2 * HALF_CIRCLE).toFixed(1)}`);
  setAttribute(path, "visibility", to > from ? "visible" : "hidden");
}

function limitWords(seen, numbers, t) {
  if (seen.low_a === undefined) return "";
  if (seen.low_a === null) return t("offers_nothing");
  if (seen.low_a === seen.high_a) return t("offers_fixed", { high: numbers.current(seen.high_a) });
  const words = { low: numbers.plain(seen.low_a), high: numbers.current(seen.high_a) };
  return t("offers_between", words);
}

/**
 * Shows offered_a, current_a (drawn), power_w, and the limits low_a, high_a (null = the mode offers
 * nothing, undefined = not known yet) and top_a.
 */
export function updateDial(dial, seen, numbers, t) {
  const { parts } = dial;
  const offered = shareOf(seen.offered_a, seen.top_a);
  const drawn = shareOf(seen.current_a, seen.top_a);
  setArc(parts.offered, 0, offered);
  const low = shareOf(seen.low_a, seen.top_a);
  const high = shareOf(seen.high_a, seen.top_a);
  setArc(parts.range, seen.low_a === seen.high_a ? Math.max(0, high - FIXED_MARK) : low, high);
  setAttribute(parts.drawn, "visibility", seen.current_a === null ? "hidden" : "visible");
  const turn = `rotate(${(drawn * HALF_TURN_DEG).toFixed(1)} ${CENTRE.x} ${CENTRE.y})`;
  setAttribute(parts.drawn, "transform", turn);
  setText(parts.amps, numbers.current(seen.offered_a));
  setText(parts.power, numbers.power(seen.power_w));
  setText(parts.top, numbers.current(seen.top_a));
  const limits = limitWords(seen, numbers, t);
  setText(parts.limits, limits);
  const words = { offered: numbers.current(seen.offered_a), drawn: numbers.drawn(seen.current_a) };
  setAttribute(dial.face, "aria-label", `${t("dial", words)} ${limits}`.trim());
}
