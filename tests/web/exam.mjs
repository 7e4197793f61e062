// The exam in the viewer's window: from blank answers to a plan, by keys where it matters; nothing typed is lost.
// usage: node exam.mjs CHROMIUM ADDRESS FOLDER [SCREENSHOTS]
import { axeAt, open } from './browser.mjs';
import assert from 'node:assert/strict';
import fs from 'node:fs';

const [program, address, folder, shots] = process.argv.slice(2);
const { browser, page, complaints } = await open(program, address);
page.on('dialog', (dialog) => dialog.accept());

const said = (pattern) => page.waitForFunction((p) => new RegExp(p).test(document.querySelector('#say').textContent), pattern,
  { timeout: 60000 });
const openForm = async () => {
  await page.goto(address);
  await page.waitForFunction(() => window.fascicle, null, { timeout: 60000 });
  await page.focus('#to-form');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#saveexam');
};
const answer = async (key, word) => page.locator(`[data-key="${key}"] label`, { hasText: new RegExp(`^ ${word}$`) }).locator('input').check();
const look = (name) => axeAt(page, name, shots);

await openForm();
await said('Fill in what you know');
const NOW = await page.evaluate(() => Object.keys(fascicle.exam.schema.properties.now.properties));
assert.equal(NOW.length, 8);

// By keys alone: the first question's "no" is one arrow away.
await page.focus(`[data-key="${NOW[0]}"] input`);
await page.keyboard.press('ArrowDown');
assert.equal(await page.evaluate((k) => fascicle.exam.exam.now[k], NOW[0]), false);
for (const key of NOW.slice(1)) await answer(key, key === 'safety_asked' ? 'yes' : 'no');

// A wrong number is told in words, stays as it was typed, and is not saved.
await page.getByLabel('Age (years)').fill('200');
await said('age_years');
assert.match(await page.textContent('.wrong:not(:empty)'), /Between 0 and 120/);
await page.click('#saveexam');
await said('needs a look');
assert(!fs.existsSync(`${folder}/edited/sub-01/anat/sub-01_exam.json`));

// The body picture, by keys: pain in the low back, left; the questions that this opens come into sight.
await page.focus('.zone[aria-label="low back, left"]');
await page.keyboard.press('Enter');
assert.equal(await page.getAttribute('.zone[aria-label="low back, left"]', 'aria-pressed'), 'true');
await page.waitForSelector('[data-key="radiates"]');
await page.waitForSelector('#asked > fieldset[data-key="hip_motion_limited"]');

// Reloaded: everything is there again, the wrong number too.
await said('Kept');
await openForm();
await said('unsaved answers');
assert.equal(await page.inputValue('input[aria-invalid="true"]'), '200');
assert.equal(await page.getAttribute('.zone[aria-label="low back, left"]', 'aria-pressed'), 'true');
await page.getByLabel('Age (years)').fill('44');
await page.getByLabel('Sex, as the norms use it').selectOption('female');
await page.click('.felt button[aria-label="L4, left"]');
await page.getByLabel('Pain there').fill('6');
await page.click('#saveexam');
await said('Saved as');
const saved = JSON.parse(fs.readFileSync(`${folder}/edited/sub-01/anat/sub-01_exam.json`, 'utf8'));
assert.equal(saved.age_years, 44);
assert.deepEqual(saved.pain, [{ region: 'low back', side: 'left', nrs_pain: 6 }]);
assert.deepEqual(saved.palpation, [{ muscle: saved.palpation[0].muscle, level: 'L4', side: 'left', tenderness: true }]);
assert(!fs.existsSync(`${folder}/edited/sub-01/anat/sub-01_desc-draft_exam.json`), 'the draft of what is saved is left');
assert.match(await page.textContent('#plan'), /The plan is made/);
assert.match(await page.textContent('#plan'), /New on it/);
await look('exam'); // form and plan stand on one page

// A red flag: the plan is a stop alone.
await answer('fever_unwell', 'yes');
await page.click('#saveexam');
await said('Saved as');
await page.waitForFunction(() => /^Stop/.test(document.querySelector('#plan .state')?.textContent));
assert.equal(await page.locator('#plan h3', { hasText: 'Steps' }).count(), 0);
const [sheet] = await Promise.all([page.context().waitForEvent('page'), page.click('#plan a')]);
await sheet.waitForLoadState();
assert.match(await sheet.textContent('main'), /./);
await sheet.close();

// Another program's change is told, and overwrites nothing until somebody chose.
await answer('fever_unwell', 'no');
await said('Kept as a draft');
fs.writeFileSync(`${folder}/edited/sub-01/anat/sub-01_exam.json`, JSON.stringify({ age_years: 45 }));
await page.click('#saveexam');
await said('Another program has changed');
assert.equal(JSON.parse(fs.readFileSync(`${folder}/edited/sub-01/anat/sub-01_exam.json`, 'utf8')).age_years, 45);
await openForm();
await said('changed by another program');
await page.click('text=Keep my answers');
await page.click('#saveexam');
await said('Saved as');
assert.equal(JSON.parse(fs.readFileSync(`${folder}/edited/sub-01/anat/sub-01_exam.json`, 'utf8')).age_years, 44);
assert.deepEqual(complaints.filter((c) => !/status of 409/.test(c)), []);
await browser.close();
