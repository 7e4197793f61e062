/* Another visit beside this one, in the same map and view, moved together by the scanner's millimetres. */
import { allMaps } from './layers.js';
import { Picture } from './picture.js';
import { getBytes } from './server.js';

export class OtherVisit {
  constructor(canvas) {
    this.picture = new Picture(canvas);
    this.picture.bytesOf = (key) => getBytes(`with/map/${key}.nii.gz`);
    this.maps = [];
  }

  async open(visit, state) {
    this.maps = allMaps(visit.maps);
    this.rows = visit.rows;
    this.map = visit.maps[0];
    await this.picture.open(visit.maps[0], state);
  }

  /* A map that this visit has too; false when it has none such. */
  async show(map, over) {
    const mine = (wanted) => wanted && this.maps.find((m) => m.key === wanted.key);
    if (!mine(map)) return false;
    this.map = map;
    await this.picture.showMap(mine(map), mine(over));
    return true;
  }

  /* To the same place as the other picture: millimetres to the right, front and head. */
  follow(picture) {
    const { nv } = this.picture, mm = picture.nv.frac2mm(picture.nv.scene.crosshairPos, 0, true);
    nv.scene.crosshairPos = nv.mm2frac([mm[0], mm[1], mm[2]], 0, true).map((f) => Math.min(1, Math.max(0, f)));
    nv.drawScene();
  }
}
