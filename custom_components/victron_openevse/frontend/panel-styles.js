// How the cards of days and trials look; what they share with the live card is in styles.js.

const CSS = `
.panel header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 8px; }
.panel[aria-busy] { cursor: progress; }
.quiet { margin-top: 10px; font-size: 0.9em; line-height: 1.45; color: var(--secondary-text-color); }
.day-nav { display: flex; align-items: center; gap: 4px; }
.day-label { min-width: 82px; text-align: center; font-weight: 600; }
.round, .tabs button, .try, .plain {
  font: inherit; font-weight: 500; color: var(--primary-text-color); cursor: pointer;
  min-height: 44px; border: 2px solid transparent; border-radius: 12px;
  background: var(--secondary-background-color, #eee);
}
.round { width: 44px; font-size: 1.5em; line-height: 1; border-radius: 50%; padding: 0 0 3px; }
.round:disabled { opacity: 0.35; cursor: default; }
.tabs { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
.tabs button { padding: 4px 14px; }
.tabs button[aria-pressed="true"] {
  font-weight: 700; border-color: var(--primary-color, #03a9f4);
  background: color-mix(in srgb, var(--primary-color, #03a9f4) 22%, var(--card-background-color, #fff));
}
:is(.round, .tabs button, .try, .day-box, summary, .scroll, input, select, .plain):focus-visible {
  outline: 3px solid var(--primary-color, #03a9f4); outline-offset: 2px;
}

.moment { margin: 12px 0 10px; }
.moment-head { display: flex; align-items: center; gap: 12px; min-height: 30px; font-size: 1.05em; }
.moment-why { margin: 6px 0; min-height: 2.8em; font-size: 1.05em; line-height: 1.4; }
.values { display: grid; grid-template-columns: repeat(auto-fill, minmax(138px, 1fr)); gap: 4px 12px; list-style: none; }
.values li { display: flex; align-items: center; gap: 6px; white-space: nowrap; }
.values b { margin-inline-start: auto; padding-inline-end: 8px; font-variant-numeric: tabular-nums; }
.swatch { flex: none; width: 12px; height: 12px; border-radius: 3px; background: var(--own); }
.swatch.line { height: 0; border-radius: 0; background: none; border-top: 3px solid var(--own); }
.swatch.surplus { border-top-style: dotted; }
.swatch.reserve { border-top-style: dashed; width: 16px; }
.sun { --own: var(--sun); }
.car { --own: var(--car); }
.battery { --own: var(--battery); }
.surplus { --own: var(--secondary-text-color); }
.reserve { --own: var(--primary-text-color); }
.offered { --own: var(--primary-color, #03a9f4); }

.day-box { cursor: crosshair; touch-action: pan-y; border-radius: 6px; }
.day { display: block; width: 100%; }
.day text { font-size: 12px; fill: var(--secondary-text-color); }
.day .hour { stroke: var(--quiet); stroke-width: 1; opacity: 0.6; }
.day .frame { stroke: var(--quiet); stroke-width: 1; }
.day .area { fill: var(--own); fill-opacity: 0.55; stroke: var(--own); stroke-width: 1; }
.day .area.sun { fill-opacity: 0.45; }
.day .area.battery { fill-opacity: 0.35; }
.day .line { fill: none; stroke: var(--own); stroke-width: 2; }
.day .surplus { stroke-width: 1.25; stroke-dasharray: 2 2; }
.day .reserve { stroke-width: 2; stroke-dasharray: 5 3; }
.day .band { fill: var(--tone, var(--quiet)); }
.day .edge { stroke: var(--card-background-color, #fff); stroke-width: 1; }
.day .cursor { stroke: var(--primary-text-color); stroke-width: 2; }

@container card (min-width: 640px) {
  .moment-why { min-height: 1.4em; }
}

details { margin-top: 12px; }
summary { min-height: 32px; padding: 6px 0; font-weight: 500; cursor: pointer; }
.scroll { overflow: auto; }
.scroll:has(.list) { max-height: 340px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px 8px 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--quiet); }
th { font-weight: 600; }
.list td:first-child { white-space: nowrap; }
.result :is(td, th) { padding-inline-end: 8px; }
.result td, .result thead th { text-align: end; white-space: nowrap; }
.result th[scope="row"] { font-weight: 400; }
.result .part th { padding-inline-start: 14px; color: var(--secondary-text-color); }
.result td[data-better]::after { content: " ✓"; color: var(--success-color, #43a047); }

.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 140px), 1fr)); gap: 14px 16px; margin: 14px 0; align-items: end; }
.field { display: flex; flex-direction: column; gap: 4px; }
.field > span { font-weight: 500; overflow-wrap: anywhere; }
.field small { display: block; font-size: 0.9em; font-weight: 400; color: var(--secondary-text-color); }
.act .field { flex-direction: row; align-items: center; gap: 8px; }
.field[data-changed] > span { font-weight: 700; }
.field[data-changed] input, .field[data-changed] select { border-color: var(--primary-color, #03a9f4); }
input, select {
  box-sizing: border-box; font: inherit; min-height: 44px; padding: 4px 10px; color: var(--primary-text-color);
  background: var(--card-background-color, #fff);
  border: 2px solid var(--secondary-text-color, #727272); border-radius: 10px;
}
.fields :is(select, input:not([type="checkbox"])) { width: 100%; }
input[type="checkbox"] { width: 24px; min-height: 24px; margin: 10px 0; accent-color: var(--primary-color, #03a9f4); }
.act { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin-top: 14px; }
.try {
  padding: 4px 28px; font-weight: 700; color: var(--card-background-color, #fff);
  background: var(--primary-text-color);
}
.plain { padding: 4px 16px; }
.try:disabled, .plain:disabled { opacity: 0.5; cursor: default; }
progress { flex: 1; min-width: 120px; accent-color: var(--primary-color, #03a9f4); }
.verdict { margin: 18px 0 6px; font-size: 1.15em; font-weight: 600; line-height: 1.4; }
.notes { margin-top: 10px; padding-inline-start: 18px; font-size: 0.9em; line-height: 1.45; color: var(--secondary-text-color); }
a { color: var(--primary-text-color); }
`;

export const panelSheet = new CSSStyleSheet();
panelSheet.replaceSync(CSS);
