// The same picture stored another way: axes in another order, one of them backwards, the head turned by 10 degrees.
// usage: node turn.mjs IN.nii.gz OUT.nii.gz
import fs from 'node:fs';
import zlib from 'node:zlib';

const [from, to] = process.argv.slice(2);
const old = zlib.gunzipSync(fs.readFileSync(from)), made = Buffer.from(old);
const dim = [1, 2, 3].map((i) => old.readInt16LE(40 + 2 * i)), bytes = old.readInt16LE(72) / 8;
const pixdim = [1, 2, 3].map((i) => old.readFloatLE(76 + 4 * i)), start = old.readFloatLE(108);
const affine = [0, 1, 2].map((r) => [0, 1, 2, 3].map((c) => old.readFloatLE(280 + 16 * r + 4 * c)));

const axis = [2, 0, 1], back = [false, true, false]; // new i, j, k run along old k, i (backwards), j
const size = axis.map((a) => dim[a]);
const turned = affine.map((row) => [...axis.map((a, n) => (back[n] ? -row[a] : row[a])),
  row[3] + axis.reduce((sum, a, n) => sum + (back[n] ? row[a] * (dim[a] - 1) : 0), 0)]);
const c = Math.cos(Math.PI / 18), s = Math.sin(Math.PI / 18);
const [x, y, z] = turned;
const placed = [x, y.map((v, i) => c * v - s * z[i]), y.map((v, i) => s * v + c * z[i])];

size.forEach((n, i) => { made.writeInt16LE(n, 42 + 2 * i); made.writeFloatLE(pixdim[axis[i]], 80 + 4 * i); });
made.writeInt16LE(0, 252); // the qform says nothing, the sform says it all
made.writeInt16LE(1, 254);
placed.forEach((row, r) => row.forEach((v, i) => made.writeFloatLE(v, 280 + 16 * r + 4 * i)));
let at = start;
for (let k = 0; k < size[2]; k++)
  for (let j = 0; j < size[1]; j++)
    for (let i = 0; i < size[0]; i++, at += bytes) {
      const was = [0, 0, 0];
      [i, j, k].forEach((v, n) => { was[axis[n]] = back[n] ? size[n] - 1 - v : v; });
      const source = start + bytes * (was[0] + dim[0] * (was[1] + dim[1] * was[2]));
      old.copy(made, at, source, source + bytes);
    }
fs.writeFileSync(to, zlib.gzipSync(made));
