// Our few pictograms, drawn around (0, 0) in a field of 24 x 24, so that nothing has to be loaded.

import { svg } from "./dom.js";

const SHAPES = {
  sun:
    "M0-5a5 5 0 1 0 0 10a5 5 0 0 0 0-10zM-1-11h2v3h-2zM-1 8h2v3h-2zM-11-1h3v2h-3zM8-1h3v2H8z" +
    "M-8.5-7.1l1.4-1.4 2.2 2.2-1.4 1.4zM4.9 6.3l1.4-1.4 2.2 2.2-1.4 1.4zM-8.5 7.1l2.2-2.2 1.4 1.4" +
    "-2.2 2.2zM4.9-6.3l2.2-2.2 1.4 1.4-2.2 2.2z",
  house: "M0-10L-11 0h3v9h6V3h4v6h6V0h3z",
  battery: "M-3-11h6v2h3a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H-6a1 1 0 0 1-1-1V-8a1 1 0 0 1 1-1h3zM1-6L-4 3h3.5L-1 8L4-1H.5z",
  grid: "M-3-11h6l1.2 5H9v2H4.700l1 4H9v2H6.200L8.500 11H6.300L0 5.500L-6.300 11H-8.500L-6.200 2H-9V0h3.300l1-4H-9v-2h4.800zM-2.600-4L-3.600 0h7.200l-1-4zM-4 2.200l-1.200 5L-1.500 4zM4 2.200L1.500 4L5.200 7.200z",
  car: "M-6.500-8h13a2 2 0 0 1 1.900 1.300L10.500-1V8a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V6.500H-7V8a1 1 0 0 1-1 1h-1.500a1 1 0 0 1-1-1V-1l2.100-5.700A2 2 0 0 1-6.500-8zM-6.300-6L-8-1.500H8L6.300-6zM-6.500 1a1.600 1.600 0 1 0 0 3.200a1.600 1.600 0 0 0 0-3.200zM6.500 1a1.600 1.600 0 1 0 0 3.200a1.600 1.600 0 0 0 0-3.200z",
};

export const icon = (name, x, y, scale = 1) =>
  svg("path", {
    d: SHAPES[name],
    class: "icon",
    "fill-rule": "evenodd",
    transform: `translate(${x} ${y}) scale(${scale})`,
  });
