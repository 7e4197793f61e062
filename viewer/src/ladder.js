/* The levels beside the picture: a rung goes to its level, the one under the cursor is lit. */
import { make } from './exam_fields.js';

export class Ladder {
  /* go(voxel) moves the picture. */
  constructor(box, picture, go) {
    Object.assign(this, { box, picture, go, rungs: [] });
  }

  /* heights: the middle slice of each level's sites, head first. */
  fill(rows, placeOf) {
    const heights = new Map();
    for (const row of rows) {
      if (!(row.voxel >= 0) || row.level === 'n/a') continue;
      heights.set(row.level, [...(heights.get(row.level) ?? []), placeOf(row.voxel)[2]]);
    }
    const levels = [...heights].map(([level, z]) => ({ level, z: Math.round(z.reduce((a, b) => a + b) / z.length) }))
      .sort((a, b) => b.z - a.z);
    const same = levels.map((l) => l.level).join() === this.rungs.map((r) => r.level).join();
    if (same) {
      levels.forEach((l, i) => { this.rungs[i].z = l.z; });
      return;
    }
    this.rungs = levels.map((l) => ({ ...l, button: make('button', { type: 'button', textContent: l.level }) }));
    for (const rung of this.rungs)
      rung.button.addEventListener('click', () => this.go([this.picture.vox[0], this.picture.vox[1], rung.z]));
    this.box.replaceChildren(...this.rungs.map((r) => r.button));
    this.box.hidden = !this.rungs.length;
  }

  /* The nearest level, unless the cursor is far beyond all. */
  light(vox, level) {
    const near = [...this.rungs].sort((a, b) => Math.abs(a.z - vox[2]) - Math.abs(b.z - vox[2]))[0];
    for (const rung of this.rungs) {
      const here = rung.level === (level ?? near?.level);
      if (here) rung.button.setAttribute('aria-current', 'true'); else rung.button.removeAttribute('aria-current');
    }
  }
}
