// How the card looks: Home Assistant's own colours and fonts, so that themes, light and dark fit.

// Dots move in steps of a pixel: as smooth to the eye, and a tablet on the wall paints less.
const CSS = `
:host {
  display: block;
  container-type: inline-size;
  --sun: var(--energy-solar-color, #ff9800);
  --battery: var(--energy-battery-out-color, #4db6ac);
  --grid: var(--energy-grid-consumption-color, #488fc2);
  --car: var(--success-color, #43a047);
  --house: var(--secondary-text-color, #727272);
  --quiet: var(--divider-color, rgba(127, 127, 127, 0.3));
}
ha-card { display: block; padding: 16px; overflow: hidden; color: var(--primary-text-color); }
h2, h3, p, ul { margin: 0; padding: 0; }
h2 { font-size: 1.4em; font-weight: 500; margin-bottom: 8px; }
h3 { font-size: 1.2em; font-weight: 600; overflow-wrap: anywhere; }
[hidden] { display: none; }
.hint { padding: 24px 8px; line-height: 1.5; text-align: center; }
.body[data-away] { opacity: 0.5; }

.flow { display: block; width: 100%; max-width: 440px; margin: 0 auto; }
.flow text { fill: var(--primary-text-color); }
.flow .value { font-size: 17px; font-weight: 700; text-anchor: middle; }
.flow .caption { font-size: 15px; }
.flow .sun .value, .flow .car .value { font-size: 18px; }
.flow .sun .first, .flow .car .first { font-weight: 600; }
.ring { fill: var(--card-background-color, #fff); stroke: var(--own); stroke-width: 4; }
.node { --own: var(--house); cursor: pointer; outline: none; }
.node.sun, .line.sun { --own: var(--sun); }
.node.battery, .line.battery { --own: var(--battery); }
.node.grid, .line.grid { --own: var(--grid); }
.node.car, .line.car { --own: var(--car); }
.node .icon { fill: var(--own); }
.node[data-idle] .ring { stroke: var(--quiet); }
.node[data-idle] .icon { fill: var(--house); }
.node.sun:not([data-idle]) .ring, .node.car:not([data-idle]) .ring {
  fill: color-mix(in srgb, var(--own) 14%, var(--card-background-color, #fff));
}
.node.battery .ring { stroke: var(--quiet); }
.node.battery .icon { fill: var(--battery); }
.node:focus-visible .ring { stroke-dasharray: 6 3; stroke: var(--primary-color); }
.level { fill: none; stroke: var(--battery); stroke-width: 6; }
.node.battery .ring { fill: var(--card-background-color, #fff); }
.mark { fill: none; stroke-width: 3; stroke: var(--primary-text-color); }
.mark.resume { stroke-dasharray: 3 2; stroke-width: 2; }
.track { fill: none; stroke: var(--quiet); stroke-width: 3; }
.dots {
  fill: none; stroke: var(--own); stroke-width: 6; stroke-linecap: round;
  stroke-dasharray: 0.1 15.9; animation: run 1.6s steps(16) infinite;
}
.arrow { fill: var(--own); stroke: var(--card-background-color, #fff); stroke-width: 4; paint-order: stroke; }
.line[data-way="in"] .dots { animation-direction: reverse; }
.line[data-way="in"] .arrow { transform: rotate(180deg); }
.line[data-speed="idle"] .dots, .line[data-speed="idle"] .arrow { display: none; }
.line[data-speed="1"] .dots { animation-duration: 1.1s; }
.line[data-speed="2"] .dots { animation-duration: 0.8s; }
.line[data-speed="3"] .dots { animation-duration: 0.55s; }
.line[data-speed="4"] .dots { animation-duration: 0.4s; }
@keyframes run { from { stroke-dashoffset: 16; } to { stroke-dashoffset: 0; } }

.chargers { display: grid; gap: 24px; }
.charger header { display: flex; justify-content: space-between; align-items: center; gap: 12px; }
.status {
  display: inline-flex; align-items: center; gap: 8px; font-weight: 500; text-align: end;
}
.status::before {
  content: ""; flex: none; width: 10px; height: 10px; border-radius: 50%;
  background: var(--house);
}
.status[data-tone="good"]::before { background: var(--car); }
.status[data-tone="wait"]::before { background: var(--warning-color, #ffa600); }
.status[data-tone="bad"]::before { background: var(--error-color, #db4437); }
.now { display: flex; gap: 16px; align-items: center; margin: 8px 0 12px; }
.dial-box { flex: 0 0 148px; cursor: pointer; text-align: center; }
.dial { display: block; width: 100%; }
.dial path { fill: none; }
.dial .scale { stroke: var(--quiet); stroke-width: 16; }
.dial .offered { stroke: var(--car); stroke-width: 16; }
.dial .range { stroke: var(--primary-color, #03a9f4); stroke-width: 4; }
.dial .drawn { stroke: var(--primary-text-color); stroke-width: 5; }
.dial text { fill: var(--primary-text-color); text-anchor: middle; }
.dial .amps { font-size: 36px; font-weight: 700; }
.dial .power { font-size: 20px; }
.dial .end { font-size: 15px; }
.limits { font-size: 0.85em; line-height: 1.3; }
.why { flex: 1; min-width: 0; font-size: 1.05em; line-height: 1.4; }
.next { margin-top: 12px; font-size: 0.88em; line-height: 1.4; color: var(--secondary-text-color); }
.modes { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
.modes button {
  font: inherit; font-weight: 500; line-height: 1.2; color: var(--primary-text-color);
  min-height: 48px; padding: 6px 4px; cursor: pointer; overflow-wrap: anywhere;
  background: var(--secondary-background-color, #eee);
  border: 2px solid transparent; border-radius: 12px;
}
.modes button[aria-pressed="true"] {
  font-weight: 700; border-color: var(--primary-color, #03a9f4);
  background: color-mix(in srgb, var(--primary-color, #03a9f4) 22%, var(--card-background-color, #fff));
}
.modes button[aria-busy] { border-style: dashed; }
.modes button:focus-visible { outline: 3px solid var(--primary-color, #03a9f4); outline-offset: 2px; }
.energy { margin-top: 14px; }
.energy-title { font-weight: 600; }
.bar {
  display: flex; height: 10px; margin: 6px 0; border-radius: 5px; overflow: hidden;
  background: var(--quiet);
}
.bar .sun, .legend .sun { background: var(--sun); }
.bar .battery, .legend .battery { background: var(--battery); }
.bar .grid, .legend .grid { background: var(--grid); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; font-size: 0.88em; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend i { width: 10px; height: 10px; border-radius: 50%; }

@container (min-width: 640px) {
  .body { display: grid; grid-template-columns: 1fr 1.2fr; gap: 24px; align-items: center; }
  .body:not(:has(.flow)) { grid-template-columns: 1fr; }
  .dial-box { flex-basis: 180px; }
}
@container (min-width: 1000px) {
  .body { grid-template-columns: 2fr 3fr; gap: 40px; }
  .body[data-chargers="1"] .modes { grid-template-columns: repeat(6, 1fr); }
  .body[data-chargers="2"] .chargers { grid-template-columns: 1fr 1fr; }
}
@container (max-width: 320px) {
  .now { flex-direction: column; align-items: stretch; }
  .dial-box { flex-basis: auto; align-self: center; width: 180px; }
  .modes { grid-template-columns: 1fr 1fr; }
}
@media (prefers-reduced-motion: reduce) {
  .dots { animation: none; }
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
