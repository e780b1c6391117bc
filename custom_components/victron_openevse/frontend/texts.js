// The words of card and dashboard. Names of entities and their states come from Home Assistant.

const LANGUAGES = ["de", "en", "es", "fr", "it", "nl", "sv"];
const FALLBACK = "en";

const loading = new Map();
let latest = () => "";

const codeOf = (language) => {
  const code = String(language ?? "").split("-")[0];
  return LANGUAGES.includes(code) ? code : FALLBACK;
};

async function read(code) {
  const response = await fetch(new URL(`./translations/${code}.json`, import.meta.url));
  if (!response.ok) throw new Error(`${response.status} for the words of ${code}`);
  const words = await response.json();
  return (key, values = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/** Gives a function from key to words in the user's language, English where we do not speak it. */
export async function loadTexts(language) {
  const code = codeOf(language);
  if (!loading.has(code)) loading.set(code, read(code));
  try {
    latest = await loading.get(code);
  } catch (error) {
    // Not for ever: the next card tries again.
    loading.delete(code);
    throw error;
  }
  return latest;
}

/** The words loaded last, for places of Home Assistant that do not wait. */
export const t = (key, values) => latest(key, values);
