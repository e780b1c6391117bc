// One day on one time axis: a strip of reasons coloured by status, power, current and the battery,
// each a lane of its own with its own scale. Series are steps [moment, value], null = unknown.

import { html, setAttribute, setText, svg } from "./dom.js";
import { TONES } from "./tones.js";

// In px, as drawn: the drawing is as wide as its place, so that its words keep their size.
const LEFT = 34;
const RIGHT = 6;
const STRIP = { top: 0, height: 26 };
const LANES = {
  power: { top: 40, height: 118, unit: "kW", least: 2, per: 1000 },
  current: { top: 176, height: 74, unit: "A", least: 8, per: 1 },
  battery: { top: 268, height: 74, unit: "%", least: 100, per: 1 },
};
const AXIS_TOP = 346;
const HEIGHT = 366;
const MIN_WIDTH = 240;
const HOUR_S = 3600;
const PX_PER_LABEL = 62;
// Steps between hours on the axis that people count in.
const HOUR_STEPS = [1, 2, 3, 4, 6, 12];

/** What is drawn, from back to front: the series, its lane, and its kind. */
export const SERIES = [
  { name: "pv_w", lane: "power", kind: "area sun" },
  { name: "charging_w", lane: "power", kind: "area car" },
  { name: "surplus_w", lane: "power", kind: "line surplus" },
  { name: "charging_a", lane: "current", kind: "area car" },
  { name: "offered_a", lane: "current", kind: "line offered" },
  { name: "soc_pct", lane: "battery", kind: "area battery" },
  { name: "reserve_pct", lane: "battery", kind: "line reserve" },
];

/** The value of a series of steps at a moment; null = unknown. */
export function valueAt(points, at_s) {
  const index = (points ?? []).findLastIndex(([from_s]) => from_s <= at_s);
  return index < 0 ? null : points[index][1];
}

/** The band of a moment; undefined where there is a hole. */
export const bandAt = (bands, at_s) => bands.find((band) => band.start <= at_s && at_s < band.end);

/** Steps as pieces without holes: each a list of [x, y], the last point at the end of its piece. */
function piecesOf(points, x, y, end_s) {
  const pieces = [];
  let piece = null;
  points.forEach(([at_s, value], index) => {
    if (value === null) {
      piece = null;
      return;
    }
    const until_s = Math.min(points[index + 1]?.[0] ?? end_s, end_s);
    if (!piece) pieces.push((piece = { from: x(at_s), steps: [] }));
    piece.steps.push([x(at_s), y(value), x(until_s)]);
  });
  return pieces;
}

const round = (value) => value.toFixed(1);

function pathOf(pieces, base) {
  return pieces
    .map(({ from, steps }) => {
      const along = steps.map(([left, height, right]) => `H${round(left)}V${round(height)}H${round(right)}`);
      const start = base === null ? round(steps[0][1]) : round(base);
      return `M${round(from)} ${start}${along.join("")}${base === null ? "" : `V${round(base)}z`}`;
    })
    .join("");
}

// Lanes end with a multiple of these, by how much they have to show.
const TOP_STEPS = [
  [10, 2],
  [20, 4],
  [Infinity, 8],
];

/** The round number at or above `highest` that a lane ends with. */
function topOf(lane, highest) {
  if (lane.unit === "%") return lane.least;
  const wanted = Math.max(lane.least, highest / lane.per);
  const [, step] = TOP_STEPS.find(([most]) => wanted <= most);
  return Math.ceil(wanted / step) * step;
}

export class DayChart {
  #data = null;
  #width = 0;
  #now_s = 0;
  #at_s = 0;
  #format = null;
  #cursor = svg("path", { class: "cursor" });
  #drawing = svg("g");
  #svg = svg("svg", { class: "day", "aria-hidden": "true" }, this.#drawing, this.#cursor);
  #moved;
  root = html("div", { class: "day-box", role: "slider", tabindex: "0" }, this.#svg);

  /** `moved(at_s)` is told the moment that is pointed at. */
  constructor(moved) {
    this.#moved = moved;
    this.root.addEventListener("pointerdown", (event) => this.#point(event));
    this.root.addEventListener("pointermove", (event) => this.#point(event));
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Draws `data`, the answer of the day, up to `now_s`; `format` writes hours and numbers. */
  show(data, now_s, format) {
    this.#data = data;
    this.#now_s = Math.min(now_s, data.end);
    this.#format = format;
    setAttribute(this.root, "aria-valuemin", Math.round(data.start));
    setAttribute(this.root, "aria-valuemax", Math.round(this.#now_s));
    this.#draw();
  }

  /** Fits the drawing into `width` px. */
  resize(width) {
    const wanted = Math.max(MIN_WIDTH, Math.round(width));
    if (wanted === this.#width) return;
    this.#width = wanted;
    setAttribute(this.#svg, "viewBox", `0 0 ${wanted} ${HEIGHT}`);
    if (this.#data) this.#draw();
  }

  /** Puts the cursor at a moment, with its words for who cannot see it. */
  mark(at_s, words) {
    this.#at_s = at_s;
    const x = round(this.#x(at_s));
    setAttribute(this.#cursor, "d", `M${x} ${STRIP.top}V${AXIS_TOP}`);
    setAttribute(this.root, "aria-valuenow", Math.round(at_s));
    setAttribute(this.root, "aria-valuetext", words);
  }

  #x(at_s) {
    const { start, end } = this.#data;
    return LEFT + ((at_s - start) / (end - start)) * (this.#width - LEFT - RIGHT);
  }

  #point(event) {
    if (!this.#data || (event.type === "pointermove" && event.pointerType === "touch" && !event.buttons)) return;
    const box = this.#svg.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    this.#go(this.#data.start + share * (this.#data.end - this.#data.start));
  }

  /** Arrows go from one change of the reason to the next, page keys by hours. */
  #key(event) {
    if (!this.#data) return;
    const edges = this.#data.bands.reason.map((band) => band.start);
    const moves = {
      ArrowRight: () => edges.find((edge) => edge > this.#at_s) ?? this.#now_s,
      ArrowLeft: () => edges.findLast((edge) => edge < this.#at_s) ?? this.#data.start,
      PageUp: () => this.#at_s + HOUR_S,
      PageDown: () => this.#at_s - HOUR_S,
      Home: () => this.#data.start,
      End: () => this.#now_s,
    };
    moves.ArrowUp = moves.ArrowRight;
    moves.ArrowDown = moves.ArrowLeft;
    if (!moves[event.key]) return;
    event.preventDefault();
    this.#go(moves[event.key]());
  }

  #go(at_s) {
    this.#moved(Math.max(this.#data.start, Math.min(this.#now_s, at_s)));
  }

  #draw() {
    if (!this.#width) return;
    const tops = Object.fromEntries(
      Object.entries(LANES).map(([name, lane]) => [name, topOf(lane, this.#highest(name))]),
    );
    this.#drawing.replaceChildren(
      ...this.#hours(),
      ...Object.entries(LANES).flatMap(([name, lane]) => this.#frame(lane, tops[name])),
      ...SERIES.flatMap((series) => this.#line(series, tops[series.lane])),
      ...this.#bands(),
    );
  }

  #highest(lane) {
    const names = SERIES.filter((series) => series.lane === lane).map(({ name }) => name);
    const values = names.flatMap((name) => this.#data.series[name] ?? []).map(([, value]) => value ?? 0);
    return values.reduce((most, value) => Math.max(most, value), 0);
  }

  #hours() {
    const { start, end } = this.#data;
    const room = (this.#width - LEFT - RIGHT) / PX_PER_LABEL;
    const every = HOUR_STEPS.find((step) => 24 / step <= room) ?? HOUR_STEPS.at(-1);
    const found = [];
    for (let at_s = start; at_s <= end; at_s += HOUR_S) {
      const hour = this.#format.times.hour(at_s);
      if (hour % every || (at_s === start && every < 3)) continue;
      const x = round(this.#x(at_s));
      const anchor = at_s === start ? "start" : at_s === end ? "end" : "middle";
      found.push(
        svg("path", { d: `M${x} ${STRIP.height}V${AXIS_TOP}`, class: "hour" }),
        svg("text", { x, y: AXIS_TOP + 14, "text-anchor": anchor }, this.#format.times.clock(at_s)),
      );
    }
    return found;
  }

  #frame(lane, top) {
    const bottom = lane.top + lane.height;
    const label = this.#format.plain(top);
    return [
      svg("path", { d: `M${LEFT} ${lane.top}H${this.#width - RIGHT}M${LEFT} ${bottom}H${this.#width - RIGHT}`, class: "frame" }),
      svg("text", { x: LEFT - 5, y: lane.top + 9, "text-anchor": "end" }, label),
      svg("text", { x: LEFT - 5, y: lane.top + 23, "text-anchor": "end" }, lane.unit),
      svg("text", { x: LEFT - 5, y: bottom, "text-anchor": "end" }, "0"),
    ];
  }

  #line({ name, lane, kind }, top) {
    const points = this.#data.series[name] ?? [];
    if (!points.length) return [];
    const { top: upper, height, per } = LANES[lane];
    const share = (value) => Math.max(0, Math.min(1, value / per / top));
    const y = (value) => upper + height * (1 - share(value));
    const pieces = piecesOf(points, (at_s) => this.#x(at_s), y, this.#now_s);
    const base = kind.startsWith("area") ? upper + height : null;
    return [svg("path", { d: pathOf(pieces, base), class: kind })];
  }

  /** Coloured by status; a gap wherever the reason changes. */
  #bands() {
    const rects = (bands, kind) =>
      bands.map((band) => {
        const x = this.#x(band.start);
        const width = Math.max(1, this.#x(Math.min(band.end, this.#now_s)) - x);
        const place = { x: round(x), y: STRIP.top, width: round(width), height: STRIP.height };
        return svg("rect", { ...place, class: kind, "data-tone": TONES[band.code], "data-status": band.code });
      });
    const edges = this.#data.bands.reason.slice(1).map((band) => `M${round(this.#x(band.start))} ${STRIP.top}v${STRIP.height}`);
    return [...rects(this.#data.bands.status, "band"), svg("path", { d: edges.join(""), class: "edge" })];
  }
}

/** Bands as a table, for who cannot see them and for who wants to read them. */
export function fillTable(body, { reason, status }, times) {
  const cell = (text) => {
    const made = html("td");
    setText(made, text);
    return made;
  };
  const rows = reason.map((band) =>
    html(
      "tr",
      {},
      cell(`${times.clock(band.start)} – ${times.clock(band.end)}`),
      cell(bandAt(status, band.start)?.words ?? ""),
      cell(band.words),
    ),
  );
  body.replaceChildren(...rows);
}
