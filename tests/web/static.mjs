// The viewer as one file, opened without a server: everything to look at, nothing asked of anybody.
// usage: node static.mjs CHROMIUM FILE.html ADDRESS_OF_THE_SERVED_PAGE [SCREENSHOTS]
import { axeAt, lit, open } from './browser.mjs';
import assert from 'node:assert/strict';
import fs from 'node:fs';

const [program, file, address, shots] = process.argv.slice(2);
const text = fs.readFileSync(file, 'utf8');
/* Nothing of who, when and where from: names stand in paths, days in sidecars, hashes in both. */
for (const never of [/sub-\d/, /ses-/, /"(Sources|Command|Inputs|participant|session|date)"/, /derivatives/, /\/tmp\//, /20\d\d-\d\d-\d\d/])
  assert.doesNotMatch(text.slice(0, text.indexOf('<script type="module">')).replace(/<pre>[^]*?<\/pre>/, ''), never);
const policy = text.match(/Content-Security-Policy" content="([^"]*)"/)[1];
assert.match(policy, /^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; img-src data: blob:; base-uri 'none'; form-action 'none'$/);

const { browser, page, complaints, elsewhere } = await open(program, `file://${file}`, { offline: true });
const begun = Date.now();
await page.goto(`file://${file}`);
await page.waitForFunction(() => window.fascicle, null, { timeout: 60000 });
console.log(`${(text.length / 1e6).toFixed(1)} MB, first picture after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
assert(await lit(page) > 0.1, 'the picture is black');
assert.match(await page.textContent('#say'), /A copy to look at/);
assert(await page.isHidden('#tools') && await page.isHidden('#rooms'));
const SITE = 'multifidus:L4:left';
await page.focus(`#butterfly [data-site="${SITE}"]`);
await page.keyboard.press('Enter');
await page.waitForSelector(`#butterfly .lit[data-site="${SITE}"]`);
assert.equal(await page.getAttribute('tr.lit', 'data-key'), SITE);
assert.doesNotMatch(await page.textContent('#rows'), /before/);
assert.match(await page.textContent('#where'), /Multifidus, L4, left/);
await page.click('#ladder button:text-is("L3")');
await page.selectOption('#map', 'inphase');
await page.waitForFunction(() => fascicle.picture.volume.name.startsWith('water'));
assert(await lit(page) > 0.05, 'in phase is black');
await page.selectOption('#map', 'pdff');
await page.waitForFunction(() => fascicle.picture.volume.name.startsWith('pdff'));
await axeAt(page, 'static', shots);
/* The same rows, labels and fat (to its step of 1/16 %) as the server shows. */
const seen = () => {
  const { picture, page: { rows } } = window.fascicle;
  return { rows: rows.map((r) => [r.muscle, r.level, r.side, r.pdff_mean_fraction, r.voxel]), labels: [...picture.labels].join(''),
    fat: Array.from({ length: 200 }, (_, i) => picture.volume.getValue(...picture.dim.map((n, a) => (i * (7 + 4 * a)) % n))) };
};
const alone = await page.evaluate(seen);
assert.deepEqual(complaints, []);
assert.deepEqual(elsewhere, []);
await browser.close();
const served = await open(program, address);
await served.page.goto(address);
await served.page.waitForFunction(() => window.fascicle, null, { timeout: 60000 });
const there = await served.page.evaluate(seen);
assert.deepEqual(alone.rows, there.rows);
assert.equal(alone.labels, there.labels);
alone.fat.forEach((value, i) => assert(Number.isNaN(value) === Number.isNaN(there.fat[i]) && !(Math.abs(value - there.fat[i]) > 1 / 32 + 1e-4),
  `fat ${value}, served ${there.fat[i]}`));
await served.browser.close();
