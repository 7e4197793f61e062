/* What stands beside the slices: legend, levels, the map of all sites, the numbers of one, another visit. */
import { Butterfly } from './butterfly.js';
import { Ladder } from './ladder.js';
import { allMaps } from './layers.js';
import { showLegend } from './legend.js';
import { showNumbers } from './numbers.js';
import { keyOf } from './table.js';
import { OtherVisit } from './visits.js';

const $ = (id) => document.getElementById(id);

export class See {
  /* page.rows and page.state as they are now; chosen(key) goes to a site. */
  constructor(page, picture, chosen) {
    Object.assign(this, { page, picture });
    this.ladder = new Ladder($('ladder'), picture, (vox) => picture.goTo(vox));
    this.butterfly = new Butterfly($('butterfly'), chosen);
    this.other = null;
  }

  async begin(state) {
    const maps = allMaps(state.maps), option = (m) => new Option(m.unit ? `${m.title} (${m.unit})` : m.title, m.key);
    this.maps = maps;
    $('map').replaceChildren(...maps.map(option));
    $('over').replaceChildren(new Option('nothing', ''), ...maps.filter((m) => m.key !== 'inphase').map(option));
    for (const id of ['map', 'over']) $(id).addEventListener('change', () => this.show());
    showLegend($('legend'), state, maps[0], null);
    if (!state.with) return;
    $('other').hidden = false;
    $('othername').textContent = `Another visit: ${state.with.name}`;
    this.other = new OtherVisit($('othergl'));
    await this.other.open(state.with, state);
  }

  async show() {
    const map = this.maps.find((m) => m.key === $('map').value), over = this.maps.find((m) => m.key === $('over').value);
    await this.picture.showMap(map, over);
    showLegend($('legend'), this.page.state, map, over);
    if (this.other) $('othermap').textContent = (await this.other.show(map, over)) ? '' : `That visit has no such map; shown is: ${this.other.map.title}.`;
  }

  setView(view) { this.other?.picture.setView(view); }

  /* After a change of the rows. */
  changed() {
    this.ladder.fill(this.page.rows, (voxel) => this.picture.place(this.page.fromFile(voxel)));
    $('map-of-sites').hidden = !this.page.rows.length;
    if (this.page.rows.length) this.butterfly.refresh().catch(() => { $('map-of-sites').hidden = true; });
  }

  moved(vox) {
    this.ladder.light(vox);
    this.other?.follow(this.picture);
  }

  /* The cursor is in a site ("" = in none). */
  at(site) {
    const row = this.page.rows.find((r) => keyOf(r) === site);
    this.butterfly.light(site);
    if (row) this.ladder.light(this.picture.vox, row.level);
    showNumbers($('numbers'), row, this.other?.rows?.find((r) => keyOf(r) === site));
  }
}
