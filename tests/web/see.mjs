// What stands beside the slices: layers and their legend, levels, the map of sites, numbers, and another visit.
// usage: node see.mjs CHROMIUM ADDRESS [SCREENSHOTS]
import { axeAt, lit, open } from './browser.mjs';
import assert from 'node:assert/strict';

const [program, address, shots] = process.argv.slice(2);
const { browser, page, complaints, elsewhere } = await open(program, address);
const begun = Date.now();
await page.goto(address);
await page.waitForFunction(() => window.fascicle, null, { timeout: 60000 });
console.log(`first picture after ${((Date.now() - begun) / 1000).toFixed(1)} s`);

// The pages' own ramp: what the picture draws with is what the library's report draws with.
const ramp = await page.evaluate(() => {
  const { nv, volume } = fascicle.picture, { state } = fascicle.page;
  const lut = nv.colormap(volume.colormap), last = state.ramp.length / 3 - 1;
  return { range: [volume.cal_min, volume.cal_max], top: state.ramp_top_fraction,
    same: [0, 85, last].every((i) => [0, 1, 2].every((c) => Math.abs(lut[4 * i + c] - state.ramp[3 * i + c]) <= 1)) };
});
assert.deepEqual(ramp.range, [0, 100 * ramp.top]);
assert(ramp.same, 'the picture has other colours than the pages');

// Every layer, and flags with their words, alone and over the fat.
for (const key of ['inphase', 'water', 'flags']) {
  await page.selectOption('#map', key);
  await page.waitForFunction((k) => fascicle.picture.volume.name.startsWith(k === 'inphase' ? 'water' : k), key);
  assert(await lit(page) > 0.02 || key === 'flags', `${key} is black`);
}
assert.match(await page.textContent('#legend'), /swap-suspect/);
const sum = await page.evaluate(async () => {
  const { picture } = fascicle, at = picture.dim.map((n) => n >> 1), value = () => picture.volume.getValue(...at);
  const of = {};
  for (const key of ['water', 'fat', 'inphase']) {
    await picture.showMap({ key }, null);
    of[key] = value();
  }
  return of;
});
assert(sum.water > 0 && Math.abs(sum.inphase - sum.water - sum.fat) < 1e-3 * sum.inphase, JSON.stringify(sum));
await page.selectOption('#map', 'pdff');
await page.selectOption('#over', 'flags');
await page.waitForFunction(() => fascicle.picture.nv.volumes.length === 2);
assert.match(await page.textContent('#legend'), /fat 0 %.*swap-suspect/);
await page.selectOption('#over', '');
await page.waitForFunction(() => fascicle.picture.nv.volumes.length === 1);

// A rung goes to its level; a cell of the map, by keys, to its site; the picture lights both.
await page.click('#ladder button:text-is("L3")');
await page.waitForSelector('#ladder button[aria-current]:text-is("L3")');
const SITE = 'multifidus:L4:left';
await page.focus(`#butterfly [data-site="${SITE}"]`);
await page.keyboard.press('Enter');
await page.waitForSelector(`#butterfly .lit[data-site="${SITE}"]`);
await page.waitForSelector('#ladder button[aria-current]:text-is("L4")');
assert.match(await page.textContent('#numbers'), /Multifidus, L4, left.*Error of the tissue.*Error of the label/);
assert.equal(await page.getAttribute('tr.lit', 'data-key'), SITE);
await page.evaluate(() => { // the picture moves: another cell is lit
  const { picture, page: p } = fascicle, row = p.rows.find((r) => r.muscle === 'erector_spinae' && r.level === 'L2' && r.side === 'right');
  picture.goTo(picture.place(p.fromFile(row.voxel)));
});
await page.waitForSelector('#butterfly .lit[data-site="erector_spinae:L2:right"]');

// Another visit follows by millimetres, though its file runs along other axes.
await page.waitForFunction(() => fascicle.see.other.picture.volume);
const far = await page.evaluate(() => {
  const mm = (picture) => picture.nv.frac2mm(picture.nv.scene.crosshairPos, 0, true), [a, b] = [mm(fascicle.picture), mm(fascicle.see.other.picture)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
});
assert(far < 0.5, `the other visit is ${far} mm elsewhere`);
assert(await lit(page, 'second') > 0.05, 'the other visit is black');
assert.match(await page.textContent('#other'), /not registered/);
assert.match(await page.textContent('#numbers'), /Other visit/);
await axeAt(page, 'see', shots);
await page.setViewportSize({ width: 1280, height: 800 });
console.log(`page: ${((await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0)) / 1e6).toFixed(0)} MB of script memory`);
assert.deepEqual(complaints, []);
assert.deepEqual(elsewhere, []);
await browser.close();
