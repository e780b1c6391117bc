// Small helpers to build and change elements. Changes are written only where something changed:
// the card is updated each second, on wall tablets for years.

const SVG = "http://www.w3.org/2000/svg";

/** Gives `node` attributes (functions become listeners) and children, and returns it. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute; undefined, null and false remove it. */
export function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/** Tells Home Assistant's page something, for example to open an entity's dialogue. */
export function tell(node, type, detail) {
  node.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
}

export function openEntity(node, entityId) {
  if (entityId) tell(node, "hass-more-info", { entityId });
}

/** Makes an element that is no button act like one, for mouse and keyboard. */
export function asButton(node, act) {
  setAttribute(node, "role", "button");
  setAttribute(node, "tabindex", "0");
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}
