// Every change that is more than a stroke, once with the pointer and once by keys; each undone, so that the labels are in
// the end what they were.
import assert from 'node:assert/strict';

const settled = (page, undo) => page.waitForFunction((n) => fascicle.page.state.undo === n, undo, { timeout: 60000 });
const said = (page, words) => page.waitForFunction((w) => document.querySelector('#say').textContent.includes(w), words,
  { timeout: 60000 });
const undoCount = (page) => page.evaluate(() => fascicle.page.state.undo);
const drawn = (page) => page.evaluate(() => { // a sum that tells label pictures apart
  let sum = 0;
  fascicle.picture.labels.forEach((label, i) => { sum = (sum * 31 + label * (i % 9973)) % 4294967291; });
  return sum;
});

/* Does by, which draws, and takes it back by keys; what: what must differ between. */
async function thereAndBack(page, what, by) {
  const before = await what(), undo = await undoCount(page);
  await by();
  await settled(page, undo + 1);
  const after = await what();
  assert.notDeepEqual(after, before, `${by} changed nothing`);
  await page.focus('#gl');
  await page.keyboard.press('Control+z');
  await settled(page, undo);
  assert.deepEqual(await what(), before);
  return after;
}

/* Empties the slice of the chosen label that the cursor is in, and its neighbour: something to be filled. */
async function emptySlice(page) {
  const undo = await undoCount(page);
  await page.evaluate(async () => {
    const { picture, page } = fascicle, index = Number(document.querySelector('#label').value), voxel = [];
    const [nx, ny] = picture.dim, z = picture.vox[2];
    for (let i = nx * ny * z; i < nx * ny * (z + 2); i++) if (picture.labels[i] === index) {
      voxel.push(picture.fileIndex(picture.place(i)));
      picture.labels[i] = 0;
    }
    picture.refresh();
    await page.change('stroke', { voxel, index: voxel.map(() => 0) });
  });
  await settled(page, undo + 1);
}

export async function edits(page, site) {
  const picture = () => drawn(page);
  const rows = () => page.evaluate(() => fascicle.page.rows.map((r) => `${r.muscle} ${r.level} ${r.side} ${r.n_voxel}`));
  const go = async () => {
    await page.click(`tr[data-key="${site}"] button`);
    await page.waitForFunction((key) => document.querySelector('tr.lit')?.dataset.key === key, site);
  };
  await page.click('#more summary');
  await go();
  // Between slices: shown first, left, shown again, taken.
  const whole = await picture(), begun = await undoCount(page);
  await emptySlice(page);
  const empty = await picture();
  await page.click('#fill');
  await said(page, 'Take them');
  assert.notEqual(await picture(), empty, 'the preview is drawn');
  await page.click('#leave');
  assert.equal(await picture(), empty, 'a preview that is left leaves nothing');
  const byMouse = await thereAndBack(page, picture, async () => {
    await page.click('#fill');
    await said(page, 'Take them');
    await page.click('#take');
  });
  const byKeys = await thereAndBack(page, picture, async () => {
    await page.focus('#gl');
    await page.keyboard.press('f');
    await said(page, 'Take them');
    await page.keyboard.press('Enter');
  });
  assert.equal(byMouse, byKeys);
  await page.keyboard.press('Control+z');
  await settled(page, begun);
  assert.equal(await picture(), whole);
  // Grown over the neighbours, as the lock is off.
  await go();
  await page.uncheck('#lock');
  await page.fill('#from', '-20');
  await page.fill('#to', '100');
  await page.fill('#radius', '12');
  await page.selectOption('#label', { index: 1 });
  for (const by of [async () => { await page.click('#grow'); await said(page, 'Take them'); await page.click('#take'); },
    async () => { await page.focus('#gl'); await page.keyboard.press('g'); await said(page, 'Take them'); await page.keyboard.press('Enter'); }])
    await thereAndBack(page, picture, by);
  await page.check('#lock');
  // Sides, levels, a refused site.
  await go();
  await thereAndBack(page, picture, () => page.click('#swap'));
  await page.focus('#gl');
  await thereAndBack(page, picture, () => page.keyboard.press('w'));
  await thereAndBack(page, picture, () => page.click('#swapall'));
  await thereAndBack(page, rows, () => page.click('#up'));
  await page.focus('#gl');
  await thereAndBack(page, rows, () => page.keyboard.press('+'));
  await page.focus('#gl');
  await thereAndBack(page, rows, () => page.keyboard.press('-'));
  await page.focus('#gl');
  await page.keyboard.press('n'); // to the levels' names, and on by Tab
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'rename');
  await page.selectOption('#level', 'L4');
  await page.selectOption('#levelto', 'L5');
  await page.click('#rename');
  await said(page, 'there is a L5 already');
  await thereAndBack(page, rows, () => page.click('#renameall'));
  for (const by of [() => page.click('#anchor'), async () => { await page.focus('#gl'); await page.keyboard.press('m'); }]) {
    await by();
    await said(page, 'an anchor holds a proposal');
    await page.evaluate(() => fascicle.page.say(''));
  }
  await go();
  await thereAndBack(page, rows, () => page.click('#refuse'));
  await go();
  await page.focus('#gl');
  await thereAndBack(page, rows, () => page.keyboard.press('r'));
  assert(await page.isDisabled('#accept'), 'only a proposal is accepted');
}

/* A proposal: one site accepted by mouse, one refused by key, the rest together. */
export async function review(page, site, other) {
  const source = () => page.textContent('#source');
  assert.match(await source(), /A proposal/);
  const undo = await undoCount(page);
  await page.click('#more summary');
  for (const [at, key, act] of [[1, site, () => page.click('#accept')],
    [2, other, async () => { await page.focus('#gl'); await page.keyboard.press('r'); }]]) {
    await page.click(`tr[data-key="${key}"] button`);
    await page.waitForFunction((k) => document.querySelector('tr.lit')?.dataset.key === k, key);
    await act();
    await settled(page, undo + at);
  }
  assert.match(await page.textContent(`tr[data-key="${site}"]`), /accepted/);
  assert.match(await page.textContent(`tr[data-key="${other}"]`), /refused/);
  await page.click('#acceptall');
  await settled(page, undo + 3);
  assert.match(await source(), /every site of it looked at/);
  for (let i = 2; i >= 0; i--) {
    await page.click('#undo');
    await settled(page, undo + i);
  }
  assert.match(await source(), /it stays one/);
}
