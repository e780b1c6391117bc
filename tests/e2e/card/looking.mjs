// What every card is looked at for.
import { equal } from "node:assert/strict";

export const noOverflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

export async function accessible(page, axe) {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      // Of a whole page, which this is not.
      rules: { "page-has-heading-one": { enabled: false }, "landmark-one-main": { enabled: false } },
    });
    return violations.map((one) => `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`);
  });
  equal(found.length, 0, found.join("\n"));
}
