// The viewer as a person uses it, once with the pointer and once by keys alone; and the same scan stored another way.
// usage: node view.mjs CHROMIUM ADDRESS TURNED_ADDRESS
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import { edits, review } from './edits.mjs';

const [program, address, turned] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
               '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const browser = await chromium.launch({
  executablePath: program, args: process.getuid() === 0 ? ['--no-sandbox', ...quiet] : quiet });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const complaints = [], elsewhere = [];
/* Refusals are tried here, and said on the page. */
page.on('console', (m) => {
  if (['error', 'warning'].includes(m.type()) && !/status of 4(00|09)/.test(m.text())) complaints.push(m.text());
});
page.on('pageerror', (e) => complaints.push(String(e)));
page.on('request', (r) => { if (!/^(data|blob):/.test(r.url()) && !r.url().startsWith(address) && !r.url().startsWith(turned)) elsewhere.push(r.url()); });

const SITE = 'multifidus:L5:left';
const row = async () => (await page.textContent(`tr[data-key="${SITE}"]`)).trim();
const state = (done) => page.waitForFunction(done, null, { timeout: 60000 });
const ready = () => state(() => window.fascicle);
const nVoxel = () => page.evaluate((site) => fascicle.page.rows
  .find((r) => `${r.muscle}:${r.level}:${r.side}` === site).n_voxel, SITE);
/* Where the cursor stands, in CSS pixels of the window. */
const cursor = () => page.evaluate(() => {
  const { nv } = fascicle.picture, box = nv.canvas.getBoundingClientRect();
  const at = nv.frac2canvasPos(nv.scene.crosshairPos);
  return [box.x + (at[0] * box.width) / nv.canvas.width, box.y + (at[1] * box.height) / nv.canvas.height];
});
/* Pixels that are neither black nor the cursor's red. */
const lit = () => page.evaluate(() => {
  const { nv } = fascicle.picture, { gl } = nv, w = gl.drawingBufferWidth, h = gl.drawingBufferHeight;
  const pixel = new Uint8Array(4 * w * h);
  nv.drawScene();
  gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  let n = 0;
  for (let i = 0; i < pixel.length; i += 4) n += pixel[i + 1] > 40 || pixel[i + 2] > 40;
  return n / (w * h);
});

/* However the file's axes run: for each site the millimetres where NiiVue puts the cursor are those that the file's own
   affine gives the voxel that the library named. */
const checkPlaces = async () => {
  const far = await page.evaluate(() => fascicle.page.rows.filter((r) => r.voxel >= 0).map((r) => {
    const { picture, page } = fascicle, { nv, volume } = picture, { dims, affine } = volume.hdr;
    const ijk = [r.voxel % dims[1], Math.floor(r.voxel / dims[1]) % dims[2], Math.floor(r.voxel / (dims[1] * dims[2]))];
    const mm = affine.slice(0, 3).map((row) => row[3] + ijk.reduce((sum, v, a) => sum + row[a] * v, 0));
    picture.goTo(picture.place(page.fromFile(r.voxel)));
    const at = nv.frac2mm(nv.scene.crosshairPos, 0, true);
    return Math.hypot(...mm.map((v, a) => v - at[a]));
  }));
  assert(far.length > 40 && Math.max(...far) < 0.1, `${far.length} sites, up to ${Math.max(...far)} mm away`);
};

await page.goto(turned);
await ready();
assert(await lit() > 0.1, 'the picture of the turned scan is black');
await checkPlaces();
await page.click(`tr[data-key="${SITE}"] button`);
const before = await nVoxel();
await page.focus('#gl');
await page.keyboard.press('e');
await page.keyboard.press(' ');
await state(() => fascicle.page.state.undo === 1);
assert(await nVoxel() < before, 'the row of the turned scan does not follow the stroke');
await page.keyboard.press('Control+z');
await state(() => fascicle.page.state.undo === 0);
await review(page, SITE, 'psoas_major:L3:right');

await page.goto(address);
await ready();
await checkPlaces();
assert(await lit() > 0.1, 'the picture is black');
await page.click(`tr[data-key="${SITE}"] button`);
await page.waitForFunction(() => document.querySelector('tr.lit')?.dataset.key === 'multifidus:L5:left');
const asRun = await row(), n0 = await nVoxel();
assert.doesNotMatch(asRun, /before/);

// With the pointer: takes a piece away, sees the row move, takes that back, draws it again.
await page.check('#erase');
await page.check('#paint');
const [x, y] = await cursor();
await page.mouse.move(x, y);
await page.mouse.down();
await page.mouse.up();
await state(() => fascicle.page.state.undo === 1);
const n1 = await nVoxel(), painted = await row();
assert(n1 < n0, `${n1} voxels after erasing, ${n0} before`);
assert.match(painted, /before/);
await page.click('#undo');
await state(() => fascicle.page.state.undo === 0);
assert.equal(await row(), asRun);
assert.equal(await nVoxel(), n0);
await page.click('#redo');
await state(() => fascicle.page.state.undo === 1);
assert.equal(await row(), painted);

// A brush held to a range of fat leaves what is outside it alone; what it reads is what the picture shows.
await page.check('#ranged');
await page.fill('#from', '110');
await page.fill('#to', '120');
await page.click('#here');
await page.waitForFunction(() => /Nothing to change/.test(document.querySelector('#say').textContent));
assert.equal(await nVoxel(), n1);
await page.uncheck('#ranged');
assert(await page.evaluate(() => {
  const { picture } = fascicle, [nx, ny, nz] = picture.dim;
  const some = Array.from({ length: 50 }, (_, i) => [(7 * i) % nx, (11 * i) % ny, (3 * i) % nz]);
  return some.every((v) => Object.is(picture.volume.getValue(...v), picture.fatAt(picture.index(v))));
}), 'fat is read at another voxel than the picture shows');

// By keys alone: another slice, another brush, one more piece; and all of it survives a reload, after a question.
await page.uncheck('#paint');
await page.focus('#gl');
await page.keyboard.press('PageUp');
await page.keyboard.press('p');
await page.keyboard.press('[');
await page.keyboard.press(' ');
await state(() => fascicle.page.state.undo === 2);
const n2 = await nVoxel();
let asked = 0;
page.on('dialog', async (dialog) => { asked += dialog.type() === 'beforeunload'; await dialog.accept(); });
await page.reload();
await ready();
assert.equal(asked, 1, 'leaving with unsaved work asks');
assert.equal(await nVoxel(), n2);
await page.focus('#gl');
await page.keyboard.press('Control+z');
await state(() => fascicle.page.state.undo === 1);
assert.equal(await nVoxel(), n1);
await page.keyboard.press('Control+y');
await state(() => fascicle.page.state.undo === 2);
await page.keyboard.press('Control+s');
await state(() => !fascicle.page.state.unsaved);
assert(await page.isDisabled('#save'));

await edits(page, SITE);

// Two windows: the one that missed a change draws nothing and says so.
const second = await browser.newPage();
await second.goto(address);
await second.waitForFunction(() => window.fascicle);
await second.focus('#gl');
await second.keyboard.press('Control+z');
await second.waitForFunction(() => fascicle.page.state.undo === 1);
await page.focus('#gl');
await page.keyboard.press('Control+z');
await page.waitForFunction(() => /Another window/.test(document.querySelector('#say').textContent));
await second.focus('#gl');
await second.keyboard.press('Control+y');
await second.waitForFunction(() => fascicle.page.state.undo === 2);
await second.close({ runBeforeUnload: false });
await page.reload();
await ready();

// The picture's voxels are the file's: what the server holds is what is drawn.
assert(await page.evaluate(async () => {
  const bytes = new Uint8Array(await (await fetch('labels.bin')).arrayBuffer()), { picture } = fascicle;
  return picture.labels.every((label, i) => label === bytes[picture.fileIndex(picture.place(i))]);
}), 'picture and server hold different labels');
// The page as it is written, and as it stands now with everything that scripts have put into it; a browser writes some
// things its own way then (hidden=""), and sizes set by script as style.
const written = { 'attribute-boolean-style': 'off', 'attribute-empty-style': 'off', 'no-inline-style': 'off' };
for (const [what, html, rules] of [['file', fs.readFileSync(new URL('../../viewer/index.html', import.meta.url), 'utf8'), {}],
  ['page', await page.content(), written]]) {
  const { results } = await new HtmlValidate({ extends: ['html-validate:recommended'], rules }).validateString(html);
  const faults = results.flatMap((r) => r.messages.map((m) => `${m.ruleId} ${m.line}:${m.column} ${m.message}`));
  console.log(`html-validate, ${what}: ${faults.length} faults`);
  assert.deepEqual(faults, []);
}
for (const view of ['coronal', 'sagittal']) {
  await page.selectOption('#view', view);
  assert(await lit() > 0.05, `the ${view} picture is black`);
}
for (const width of [1280, 390]) {
  await page.setViewportSize({ width, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= width, `at ${width} px the page is ${wide} px wide`);
  await page.evaluate(axe);
  const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: 'tag', values } }), rules);
  console.log(`viewer ${width} px: axe ${found.passes.length} passes, ${found.violations.length} violations`);
  assert.deepEqual(found.violations.map((v) => `${v.id} ${v.nodes[0].html}`), []);
}
assert.deepEqual(complaints, []);
assert.deepEqual(elsewhere, []);
console.log(`multifidus L5 left: ${n0} voxels, ${n1} after a stroke, ${n2} after two`);
await browser.close();
