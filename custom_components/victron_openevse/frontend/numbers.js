// Numbers as the user has Home Assistant write them.

const UNKNOWN = "–";
// Formats of most languages have a hyphen instead; differences have this one in front.
const MINUS = "−";
const SPACE = "\u00a0";
const KILO = 1000;
// Meters scatter by more than this; a steadier number is easier to read.
const STEP_W = 10;
// Less is written as nothing.
const LEAST_KWH = 0.005;
const CURRENCY = /^[A-Z]{3}$/;
const LOCALES = {
  comma_decimal: ["en-US", "en"],
  decimal_comma: ["de", "es", "it"],
  space_comma: ["fr", "sv", "cs"],
  quote_decimal: ["de-CH"],
  system: undefined,
};

/** The locales of a choice in Home Assistant's profile page. */
function localesOf(locale) {
  const choice = locale?.number_format;
  return choice in LOCALES ? LOCALES[choice] : locale?.language;
}

/** Writers of numbers for one user; made once for each of their settings. */
export function makeNumbers(locale) {
  const useGrouping = locale?.number_format !== "none";
  const formats = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(localesOf(locale), {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping,
      }),
  );
  const unit = { style: "unit", unit: "day", unitDisplay: "long" };
  const days = new Intl.NumberFormat(locale?.language, unit);
  const currencies = (currency) =>
    new Intl.NumberFormat(localesOf(locale), { style: "currency", currency, useGrouping });
  const signed = (text) => text.replace("-", MINUS);
  const plain = (value, digits = 0) => signed(formats[digits].format(value));
  const write = (value, digits, unit) =>
    value === null || value === undefined
      ? UNKNOWN
      : `${plain(value, digits)}${SPACE}${unit}`;
  return {
    /** Watts, >= 0. */
    power: (watts) => {
      if (watts === null || watts === undefined) return UNKNOWN;
      const rounded = Math.round(watts / STEP_W) * STEP_W;
      return rounded < KILO ? write(rounded, 0, "W") : write(watts / KILO, 1, "kW");
    },
    current: (amps) => write(amps, 0, "A"),
    drawn: (amps) => write(amps, 1, "A"),
    energy: (kwh) => write(kwh, kwh < 1 && kwh >= LEAST_KWH ? 2 : 1, "kWh"),
    level: (percent) => write(percent, 0, "%"),
    /** So many days, in words. */
    days: (count) => days.format(count),
    plain: (value) => plain(value),
    /** `unit` is a currency's code, or whatever the owner's tariff is in. */
    money: ({ value, unit }) =>
      CURRENCY.test(unit)
        ? signed(currencies(unit).format(value))
        : write(value, 2, unit ?? "").trim(),
  };
}
