// How the card looks: Home Assistant's own colours and fonts, so that themes, light and dark fit.

// Chevrons move in steps of a pixel: as smooth to the eye, and a tablet on the wall paints less.
const CSS = `
:host {
  display: block;
  container: card / inline-size;
  --sun: var(--energy-solar-color, #ff9800);
  --battery: var(--energy-battery-out-color, #4db6ac);
  --grid: var(--energy-grid-consumption-color, #488fc2);
  --car: var(--success-color, #43a047);
  --house: var(--secondary-text-color, #727272);
  --quiet: var(--divider-color, rgba(127, 127, 127, 0.3));
}
ha-card { display: block; padding: 16px; overflow: hidden; color: var(--primary-text-color); }
h2, h3, p, ul, ol { margin: 0; padding: 0; }
h2 { font-size: 1.4em; font-weight: 500; margin-bottom: 8px; }
h3 { font-size: 1.2em; font-weight: 600; overflow-wrap: anywhere; }
[hidden] { display: none !important; }
.hint { padding: 24px 8px; line-height: 1.5; text-align: center; }
.body[data-away] { opacity: 0.5; }

.flow { display: block; width: 100%; max-width: 440px; margin: 0 auto; }
.flow text { fill: var(--primary-text-color); font-size: 15px; }
.flow .value { font-weight: 700; font-size: 17px; }
.flow .more { fill: var(--secondary-text-color); }
.flow .sun .value, .flow .car .value { font-size: 31px; letter-spacing: -0.5px; }
.flow .sun .name, .flow .car .name { font-size: 20px; font-weight: 600; }
.flow .sun .more, .flow .car .more { font-size: 17px; }
.flow .sun:not([data-second]) .value, .flow .car:not([data-second]) .value { transform: translateY(8px); }
.ring { fill: var(--card-background-color, #fff); stroke: var(--own); stroke-width: 4; }
.node { --own: var(--house); cursor: pointer; outline: none; }
.node.sun, .line.sun { --own: var(--sun); }
.node.battery, .line.battery { --own: var(--battery); }
.node.grid, .line.grid { --own: var(--grid); }
.node.car, .line.car { --own: var(--car); }
.node .icon { fill: var(--own); }
.node[data-idle] .ring { stroke: var(--quiet); }
.node[data-idle] .icon { fill: var(--house); }
.node.sun:not([data-idle]) .ring, .node.car:not([data-idle]) .ring { fill: var(--own); }
.node.sun:not([data-idle]) .icon, .node.car:not([data-idle]) .icon { fill: #fff; }
.node.battery .ring { stroke: var(--quiet); }
.node.battery .icon { fill: var(--battery); }
.node:focus-visible .ring { stroke-dasharray: 6 3; stroke: var(--primary-text-color); }
.level { fill: none; stroke: var(--battery); stroke-width: 6; }
.mark { fill: none; stroke-width: 4; stroke: var(--primary-text-color); }
.mark.resume { stroke-dasharray: 3 2; stroke-width: 2; }
.track { fill: none; stroke: var(--quiet); stroke-width: 3; }
.line:not([data-speed="idle"]) .track { stroke: none; }
.window { overflow: hidden; }
.chevrons {
  fill: none; stroke: var(--own); stroke-width: 4; stroke-linecap: round; stroke-linejoin: round;
  animation: run 1.4s steps(14) infinite;
}
.line[data-way="in"] .way { transform: rotate(180deg); }
.line[data-speed="idle"] .way { display: none; }
.line[data-speed="1"] .chevrons { animation-duration: 1s; }
.line[data-speed="2"] .chevrons { animation-duration: 0.75s; }
.line[data-speed="3"] .chevrons { animation-duration: 0.5s; }
.line[data-speed="4"] .chevrons { animation-duration: 0.35s; }
@keyframes run { from { transform: translateX(0); } to { transform: translateX(14px); } }

.banner {
  display: flex; align-items: center; gap: 10px; margin-bottom: 12px; padding: 10px 14px;
  font-weight: 600; line-height: 1.35; border-radius: 12px; --tone: var(--warning-color, #ffa600);
  background: color-mix(in srgb, var(--tone) 22%, var(--card-background-color, #fff));
  border: 2px dashed var(--tone);
}
.chargers { display: grid; gap: 32px; margin-top: 12px; }
.charger { container: charger / inline-size; }
.charger header { display: flex; justify-content: space-between; align-items: center; gap: 12px; }
.status { --tone: var(--house); }
[data-tone="good"] { --tone: var(--car); }
[data-tone="wait"] { --tone: var(--warning-color, #ffa600); }
[data-tone="bad"] { --tone: var(--error-color, #db4437); }
.status {
  display: inline-flex; align-items: center; gap: 8px; padding: 4px 12px 4px 10px;
  font-weight: 600; text-align: end; border-radius: 16px;
  background: color-mix(in srgb, var(--tone) 18%, var(--card-background-color, #fff));
}
.status::before {
  content: ""; flex: none; width: 10px; height: 10px; border-radius: 50%; background: var(--tone);
}
.status:empty { display: none; }
.now { display: flex; gap: 16px; align-items: center; margin: 10px 0 14px; }
.dial-box { flex: 0 0 132px; cursor: pointer; text-align: center; }
.dial { display: block; width: 100%; }
.dial path { fill: none; }
.dial .scale { stroke: var(--quiet); stroke-width: 16; }
.dial .offered { stroke: var(--car); stroke-width: 16; }
.dial .range { stroke: var(--primary-color, #03a9f4); stroke-width: 4; }
.dial .drawn { stroke: var(--primary-text-color); stroke-width: 5; }
.dial text { fill: var(--primary-text-color); text-anchor: middle; }
.dial .amps { font-size: 38px; font-weight: 700; }
.dial .power { font-size: 21px; }
.dial .end { font-size: 17px; }
.limits { font-size: 0.85em; line-height: 1.3; color: var(--secondary-text-color); }
.why { flex: 1; min-width: 0; font-size: 1.12em; line-height: 1.4; }
.next { margin-top: 12px; font-size: 0.9em; line-height: 1.45; color: var(--secondary-text-color); }
.modes { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
.modes button {
  font: inherit; font-weight: 500; line-height: 1.2; color: var(--primary-text-color);
  min-height: 48px; padding: 6px 4px; cursor: pointer; overflow-wrap: anywhere;
  background: var(--secondary-background-color, #eee);
  border: 2px solid transparent; border-radius: 12px;
  transition: background-color 0.15s, border-color 0.15s;
}
.modes button:hover { border-color: var(--quiet); }
.modes button[aria-pressed="true"] {
  font-weight: 700; border-color: var(--primary-color, #03a9f4);
  background: color-mix(in srgb, var(--primary-color, #03a9f4) 22%, var(--card-background-color, #fff));
}
.modes button[aria-busy] { border-style: dashed; }
.modes button:focus-visible { outline: 3px solid var(--primary-color, #03a9f4); outline-offset: 2px; }
.mode-words { margin-top: 8px; font-size: 0.9em; line-height: 1.35; color: var(--secondary-text-color); }
.mode-words:empty { display: none; }
.energy { margin-top: 16px; }
.energy-title { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; font-weight: 600; }
.bar {
  display: flex; height: 12px; margin: 6px 0; border-radius: 6px; overflow: hidden;
  background: var(--quiet);
}
.bar .sun, .legend .sun { background: var(--sun); }
.bar .battery, .legend .battery { background: var(--battery); }
.bar .grid, .legend .grid { background: var(--grid); }
.legend, .trust { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; font-size: 0.9em; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend i { width: 10px; height: 10px; border-radius: 50%; }
.trust { margin-top: 6px; color: var(--secondary-text-color); }
.trust :empty { display: none; }

@container card (min-width: 640px) {
  .body { display: grid; grid-template-columns: 1fr 1.2fr; gap: 24px; align-items: center; }
  .body:not(:has(.flow)) { grid-template-columns: 1fr; }
  .chargers { margin-top: 0; }
}
@container card (min-width: 1000px) {
  .body { grid-template-columns: 2fr 3fr; gap: 40px; }
}
@container card (min-width: 1150px) {
  .body[data-chargers="2"] .chargers { grid-template-columns: 1fr 1fr; }
}
@container charger (min-width: 400px) {
  .dial-box { flex-basis: 170px; }
}
@container charger (min-width: 560px) {
  .modes { grid-template-columns: repeat(6, 1fr); }
}
@container charger (max-width: 300px) {
  .now { flex-direction: column; align-items: stretch; }
  .dial-box { flex-basis: auto; align-self: center; width: 180px; }
  .modes { grid-template-columns: 1fr 1fr; }
}
@media (prefers-reduced-motion: no-preference) {
  .dial .offered, .dial .range, .level { transition: stroke-dasharray 0.4s; }
  .bar span { transition: width 0.4s; }
}
@media (prefers-reduced-motion: reduce) {
  .chevrons, .modes button { animation: none; transition: none; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
