// What the colour of a status says; every status that is not here is neutral.

export const TONES = {
  charging: "good",
  charging_minimum: "good",
  starting: "good",
  car_full: "good",
  waiting_for_sun: "wait",
  waiting_for_battery: "wait",
  paused: "wait",
  limited: "wait",
  overridden: "wait",
  no_data: "bad",
  offline: "bad",
  fault: "bad",
};
