/* One stroke on its way: which voxel gets which label, under the rules of the tool. */
import { disc, line } from './brush.js';

export class Stroke {
  /* tool: { index, erase, lock, brushMm, fat: [from, to] in percent or null } */
  constructor(picture, tool) {
    this.picture = picture;
    this.tool = tool;
    this.changed = new Map(); /* voxel of the picture: what it was */
    this.last = null;
  }

  /* Erasing takes the chosen label away, or with the lock off any; painting spares other labels unless it is off. */
  wants(now) {
    const { index, erase, lock } = this.tool;
    if (erase) return lock ? now === index : now !== 0;
    return now !== index && (!lock || now === 0);
  }

  /* Whether the voxel's fat is what the tool is held to. */
  fits(i) {
    const { fat } = this.tool;
    if (!fat) return true;
    const value = this.picture.fatAt(i);
    return value >= fat[0] && value <= fat[1];
  }

  dab(vox) {
    const { picture } = this, to = this.tool.erase ? 0 : this.tool.index;
    const path = this.last ? line(this.last, vox) : [vox];
    this.last = vox;
    for (const at of path)
      for (const each of disc(picture, at, this.tool.brushMm)) {
        const i = picture.index(each);
        if (!this.wants(picture.labels[i]) || !this.fits(i)) continue;
        if (!this.changed.has(i)) this.changed.set(i, picture.labels[i]);
        picture.labels[i] = to;
      }
    picture.refresh();
  }

  /* As the server takes it, or null when nothing changed. */
  body() {
    if (!this.changed.size) return null;
    const voxel = [], index = [];
    for (const i of this.changed.keys()) {
      voxel.push(this.picture.fileIndex(this.picture.place(i)));
      index.push(this.picture.labels[i]);
    }
    return { voxel, index };
  }

  takeBack() {
    for (const [i, was] of this.changed) this.picture.labels[i] = was;
    this.picture.refresh();
  }
}
