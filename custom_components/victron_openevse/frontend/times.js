// Days and clock times as the user has Home Assistant write them. A day is one of the house: from
// midnight to midnight where it stands, named like 2026-11-22. Moments are seconds since 1970.

const MS_PER_S = 1000;
const DAY_MS = 86_400_000;

export const now_s = () => Date.now() / MS_PER_S;

const asUtc = (date) => new Date(`${date}T00:00:00Z`);

/** The date so many days after another. */
export const shiftDate = (date, days) =>
  new Date(asUtc(date).getTime() + days * DAY_MS).toISOString().slice(0, date.length);

/** Writers of times for one user and house; made once for each of their settings. */
export function makeTimes(locale, timeZone) {
  const language = locale?.language;
  const hour12 = { 12: true, 24: false }[locale?.time_format];
  const day = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  const days = new Intl.DateTimeFormat(language, day);
  const clocks = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12, timeZone });
  // Swedes write dates as the server does.
  const dates = new Intl.DateTimeFormat("sv", { timeZone });
  const hours = new Intl.DateTimeFormat("en-GB", { hour: "numeric", hourCycle: "h23", timeZone });
  return {
    clock: (at_s) => clocks.format(at_s * MS_PER_S),
    /** Hour of the day, 0..23. */
    hour: (at_s) => Number(hours.format(at_s * MS_PER_S)),
    day: (date) => days.format(asUtc(date)),
    today: () => dates.format(Date.now()),
  };
}
