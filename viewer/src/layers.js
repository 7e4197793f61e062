/* Which map is shown, which lies over it, and in which colours: the pages' own ramp means fat, all else is grey. */
const RANGES = {
  r2star: ['gray', 0, 120], error: ['gray', 0, 10], residual: ['gray', 0, 0.5], swap: ['gray', 0, 1],
};
const FLAG_COLOURS = [[120, 120, 120], [214, 0, 108], [86, 180, 233], [230, 159, 0], [240, 228, 66], [0, 190, 140], [90, 130, 255],
  [235, 100, 40], [255, 255, 255]];
const IN_PHASE = { key: 'inphase', title: 'In phase (water and fat together)', unit: '' };

/* The folder's maps, and what can be made of them. */
export function allMaps(maps) {
  const at = maps.findIndex((m) => m.key === 'fat');
  return at >= 0 && maps.some((m) => m.key === 'water') ? [...maps.slice(0, at + 1), IN_PHASE, ...maps.slice(at + 1)] : maps;
}

/* "1 background, 2 swap-suspect": bit, words and colour. */
export function flagsOf(map) {
  return [...(map?.legend ?? '').matchAll(/(\d+) ([^,]+)/g)]
    .map(([, bit, text], i) => ({ bit: Number(bit), text, colour: FLAG_COLOURS[i % FLAG_COLOURS.length] }));
}

/* Each voxel's last flag as a number from 1; background and no flag are 0. */
function showFlags(volume, flags) {
  const marks = [...flags].reverse().filter((f) => f.bit !== 1);
  for (let i = 0; i < volume.img.length; i++) {
    const value = volume.img[i] & 1 ? 0 : volume.img[i];
    volume.img[i] = flags.indexOf(marks.find((f) => value & f.bit)) + 1;
  }
  const map = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [''] };
  flags.forEach((f, i) => {
    map.R.push(f.colour[0]); map.G.push(f.colour[1]); map.B.push(f.colour[2]);
    map.A.push(255); map.I.push(i + 1); map.labels.push(f.text);
  });
  volume.setColormapLabel(map);
}

function addFat(nv) {
  const [water, fat] = nv.volumes;
  for (let i = 0; i < water.img.length; i++) water.img[i] += fat.img[i];
  nv.removeVolume(fat);
  [water.cal_min, water.cal_max] = water.calMinMax();
}

/* red, green, blue after each other, from no fat to topPercent and more. */
export function takeRamp(nv, ramp, topPercent) {
  const map = { R: [], G: [], B: [], A: [], I: [] };
  for (let i = 0; i < ramp.length / 3; i++) {
    map.R.push(ramp[3 * i]); map.G.push(ramp[3 * i + 1]); map.B.push(ramp[3 * i + 2]);
    map.A.push(255); map.I.push(i);
  }
  nv.addColormap('fascicle', map);
  RANGES.pdff = ['fascicle', 0, topPercent];
}

/* bytesOf(key): the file of a map. over may be null. */
export async function showLayers(nv, bytesOf, map, over) {
  const item = async (key, more) => ({ url: await bytesOf(key), name: `${key}.nii.gz`, ...more });
  const [colormap, low, high] = RANGES[map.key] ?? ['gray'];
  const range = low === undefined ? {} : { cal_min: low, cal_max: high };
  const base = map.key === 'inphase' ? [await item('water', { colormap }), await item('fat', { colormap, opacity: 0 })]
    : [await item(map.key, { colormap, ...range })];
  const top = [];
  if (over && over.key !== map.key) {
    const [, least, most] = RANGES[over.key] ?? ['gray'];
    top.push(await item(over.key, { colormap: 'warm', opacity: 0.55, ...(least === undefined ? {} : { cal_min: least, cal_max: most }) }));
  }
  await nv.loadVolumes([...base, ...top]);
  if (map.key === 'inphase') addFat(nv);
  if (map.key === 'flags') showFlags(nv.volumes[0], flagsOf(map));
  if (top.length && over.key === 'flags') showFlags(nv.volumes[1], flagsOf(over));
  nv.updateGLVolume();
}
