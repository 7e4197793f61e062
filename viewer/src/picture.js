/* The picture: one slice of one map, with the labels over it. Knows NiiVue; the rest of the page does not. */
import { DRAG_MODE, Niivue, SLICE_TYPE } from '@niivue/niivue';
import { showLayers, takeRamp } from './layers.js';
import { getBytes } from './server.js';

const TYPES = { axial: SLICE_TYPE.AXIAL, coronal: SLICE_TYPE.CORONAL, sagittal: SLICE_TYPE.SAGITTAL };
/* Across the picture, down the picture, through it: as axes of the volume turned to right, front, head. */
const AXES = { axial: [0, 1, 2], coronal: [0, 2, 1], sagittal: [1, 2, 0] };
const SIDES = {
  axial: ['person’s right', 'person’s left'], coronal: ['person’s right', 'person’s left'], sagittal: ['front', 'back'],
};
export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.view = 'axial';
    this.vox = [0, 0, 0];
    this.moved = () => {};
    this.loading = Promise.resolve();
    this.bytesOf = (key) => getBytes(`map/${key}.nii.gz`);
    this.nv = new Niivue({
      backColor: [0, 0, 0, 1], logLevel: 'error', loadingText: '', isRadiologicalConvention: true,
      sagittalNoseLeft: true, isOrientationTextVisible: false, crosshairWidth: 0.5, dragMode: DRAG_MODE.none,
      dragAndDropEnabled: false, isResizeCanvas: true,
    });
    this.nv.onLocationChange = (at) => {
      this.vox = at.vox.slice(0, 3).map(Math.round);
      this.moved(this.vox);
    };
  }

  /* state: the pages' ramp of fat. */
  async open(map, state) {
    if (!this.canvas.getContext('webgl2')) throw new Error('This browser shows no WebGL 2, which the picture needs.');
    await this.nv.attachToCanvas(this.canvas);
    takeRamp(this.nv, state.ramp, 100 * state.ramp_top_fraction);
    await this.showMap(map);
    this.fat = map.key === 'pdff' ? this.volume.img : null; /* percent, as the file has it: for painting by value */
    this.nv.setInterpolation(true);
    this.setView('axial');
  }

  /* Another map of the same scan, and one over it (may be null); the labels stay. */
  showMap(map, over) {
    this.loading = this.loading.catch(() => {}).then(async () => {
      const labels = this.nv.drawBitmap;
      await showLayers(this.nv, this.bytesOf, map, over);
      this.shown = this.nv.volumes[0];
      if (labels) this.setLabels(labels);
    });
    return this.loading;
  }

  get volume() { return this.shown; } /* stays while the next one loads */
  /* Voxels to the right, front and head, and their size. */
  get dim() { return this.volume.dimsRAS.slice(1, 4); }
  get spacing() { return this.volume.pixDimsRAS.slice(1, 4); }
  get axes() { return AXES[this.view]; }
  get labels() { return this.nv.drawBitmap; }

  /* A voxel of the picture as one of the file, where i runs fastest. */
  fileIndex([x, y, z]) {
    const { img2RASstart: start, img2RASstep: step } = this.volume;
    return start[0] + start[1] + start[2] + x * step[0] + y * step[1] + z * step[2];
  }

  /* Fat in percent, NaN where it is not known. */
  fatAt(index) { return this.fat ? this.fat[this.fileIndex(this.place(index))] : NaN; }

  index([x, y, z]) { const [nx, ny] = this.dim; return x + nx * (y + ny * z); }
  place(index) { const [nx, ny] = this.dim; return [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))]; }

  setLabels(labels) {
    this.nv.createEmptyDrawing();
    this.nv.drawBitmap.set(labels);
    this.refresh();
  }

  /* Labels as the file has them, by index. */
  setFileLabels(bytes) {
    const [nx, ny, nz] = this.dim;
    const turned = new Uint8Array(nx * ny * nz);
    for (let z = 0, i = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++) turned[i++] = bytes[this.fileIndex([x, y, z])];
    this.setLabels(turned);
  }

  setColours(labels) {
    const map = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [''] };
    for (const label of labels) {
      map.R.push(label.colour[0]); map.G.push(label.colour[1]); map.B.push(label.colour[2]);
      map.A.push(255); map.I.push(label.index); map.labels.push(label.name);
    }
    this.nv.setDrawColormap(map);
  }

  refresh() { this.nv.refreshDrawing(true); }
  setOpacity(fraction) { this.nv.setDrawOpacity(fraction); }
  sides() { return SIDES[this.view]; }

  setView(view) {
    this.view = view;
    this.nv.setSliceType(TYPES[view]);
  }

  goTo(vox) {
    const inside = vox.map((v, a) => Math.min(this.dim[a] - 1, Math.max(0, v)));
    this.nv.scene.crosshairPos = this.nv.vox2frac(inside);
    this.vox = inside;
    this.nv.drawScene();
    this.moved(inside);
  }
}
