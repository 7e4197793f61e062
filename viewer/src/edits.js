/* Changes that are more than a stroke: filled and grown shapes (seen before they are taken), sides, levels, review. */
const LEVELS = [['C', 7], ['T', 12], ['L', 5], ['S', 5]]
  .flatMap(([letter, n]) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
const RARE = ['T13', 'L6', 'L7'];
const $ = (id) => document.getElementById(id);

export class Edits {
  /* page.change(path, body) asks the server and draws what it answers; page.ask(path, body) only asks. */
  constructor(picture, page, tool) {
    Object.assign(this, { picture, page, tool, shown: null });
    const buttons = {
      fill: () => this.preview('fill'), grow: () => this.preview('grow'), take: () => this.take(), leave: () => this.leave(),
      swap: () => this.swap(this.tool().index), swapall: () => this.swap(0), rename: () => this.rename(false),
      anchor: () => this.anchor(), renameall: () => this.rename(true), up: () => this.shift(-1), down: () => this.shift(1),
      accept: () => this.review('accept'), acceptall: () => this.page.change('accept', { site: 'all' }),
      refuse: () => this.review('refuse'),
    };
    for (const [id, act] of Object.entries(buttons)) $(id).addEventListener('click', act);
    this.keys = {
      f: buttons.fill, g: buttons.grow, w: buttons.swap, Enter: buttons.take, Escape: buttons.leave, a: buttons.accept,
      r: buttons.refuse, m: buttons.anchor, '-': buttons.up, '+': buttons.down, n: () => { $('more').open = true; $('level').focus(); },
    };
    $('levelto').replaceChildren(...[...LEVELS, ...RARE].map((l) => new Option(l)));
  }

  /* What the server says is there now. */
  show(state) {
    const levels = state.levels ?? [], chosen = $('level').value, first = !$('level').length;
    $('more').hidden = !state.edits;
    for (const id of ['level', 'levelto', 'rename', 'renameall', 'up', 'down']) $(id).disabled = !levels.length;
    $('level').replaceChildren(...levels.map((l) => new Option(l)));
    if (levels.includes(chosen)) $('level').value = chosen;
    if (first && levels.length) $('levelto').value = levels[0];
    for (const id of ['accept', 'acceptall']) $(id).disabled = state.source !== 'proposal';
    $('source').textContent = {
      proposal: 'A proposal: it stays one until every site is accepted or refused, or changed by hand.',
      'proposal-accepted': 'A proposal, every site of it looked at.',
    }[state.source] ?? '';
    for (const line of document.querySelectorAll('#rows tr')) {
      const { key } = line.dataset, cell = line.cells[2];
      cell.querySelector('small')?.remove();
      const word = state.refused?.includes(key) ? 'refused' : state.accepted?.includes(key) ? 'accepted' : '';
      if (word) cell.append(Object.assign(document.createElement('small'), { textContent: word }));
    }
  }

  /* ---- shapes ---- */

  /* Through the picture, as an array axis of the file and a slice along it. */
  slice() {
    const { picture } = this, [nx, ny] = picture.volume.hdr.dims.slice(1, 4), at = picture.fileIndex(picture.vox);
    const step = Math.abs(picture.volume.img2RASstep[picture.axes[2]]);
    const axis = [1, nx, nx * ny].indexOf(step);
    return { axis, slice: [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))][axis] };
  }

  body(path) {
    const { index, lock, fat } = this.tool();
    if (path === 'fill') return { index, lock, ...this.slice() };
    const [from, to] = fat ?? [$('from').valueAsNumber, $('to').valueAsNumber];
    return {
      index, lock, at: this.picture.fileIndex(this.picture.vox), from_fraction: from / 100, to_fraction: to / 100,
      radius_mm: $('radius').valueAsNumber,
    };
  }

  async preview(path) {
    this.leave();
    const { picture, page } = this, body = this.body(path);
    const found = await page.ask(path, { ...body, preview: true });
    if (!found) return;
    if (!found.voxel.length && !found.reload) { page.say('Nothing to change here.'); return; }
    const places = found.voxel.map(page.fromFile);
    this.shown = { path, body, places, was: places.map((i) => picture.labels[i]) };
    places.forEach((i, k) => { picture.labels[i] = found.index[k]; });
    picture.refresh();
    $('asked').hidden = false;
    page.say(`${found.reload ? 'Many' : found.voxel.length} voxels are shown. Take them (Enter) or leave them (Escape).${
      found.limited ? ' Growing stopped at its distance.' : ''}`);
  }

  /* The picture as it was before the preview. */
  hide() {
    const { shown, picture } = this;
    if (!shown) return null;
    shown.places.forEach((i, k) => { picture.labels[i] = shown.was[k]; });
    picture.refresh();
    this.shown = null;
    $('asked').hidden = true;
    return shown;
  }

  take() {
    const shown = this.hide();
    return shown ? this.page.change(shown.path, shown.body) : null;
  }

  leave() {
    if (this.hide()) this.page.say('Left as it was.');
  }

  /* ---- the rest ---- */

  swap(index) { return this.page.change('swap', { index }); }

  rename(all) { return this.page.change('level', { from: $('level').value, to: $('levelto').value, all }); }

  shift(by) {
    const from = this.page.state.levels.find((l) => LEVELS.includes(l)), to = LEVELS[LEVELS.indexOf(from) + by];
    if (!to) { this.page.say('There is no level to move to: rename one, and all move along.', true); return null; }
    return this.page.change('level', { from, to, all: true });
  }

  anchor() {
    this.page.say('Asking for the proposal again …');
    return this.page.change('anchor', { level: $('levelto').value, at: this.picture.fileIndex(this.picture.vox) });
  }

  review(path) {
    const site = document.querySelector('#rows tr.lit')?.dataset.key;
    if (!site) { this.page.say('Choose a site first.', true); return null; }
    return this.page.change(path, { site });
  }
}
