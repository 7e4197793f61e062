/* A page that stands alone holds what the program would answer; this answers in its place. */
const block = (name) => document.getElementById(`held${name}`);
export const stands = block('') !== null;
let state = null, sites = null;

const bytes = (name) => Uint8Array.from(atob(block(`-${name}`).textContent), (letter) => letter.charCodeAt(0));

/* The site of each voxel, as numbers from 1, out of its NIfTI file. */
async function readSites() {
  const stream = new Blob([bytes('sites')]).stream().pipeThrough(new DecompressionStream('gzip'));
  const file = await new Response(stream).arrayBuffer();
  return new Int32Array(file.slice(new DataView(file).getFloat32(108, true)));
}

/* As the server would: text, an object or bytes. */
export async function held(path) {
  state ??= JSON.parse(block('').textContent);
  const map = path.match(/^map\/(\w+)\.nii\.gz$/)?.[1], voxel = path.match(/^site\/(\d+)$/)?.[1];
  if (path === 'state.json') return { revision: 0, undo: 0, redo: 0, unsaved: false, fault: '', before: state.rows, ...state };
  if (path === 'butterfly.svg' && state.butterfly) return state.butterfly;
  if (map && block(`-${map}`)) return bytes(map);
  if (state.sites) sites ??= await readSites();
  if (voxel) return { site: state.sites?.[sites[voxel] - 1] ?? '' };
  if (path !== 'labels.bin' || !sites) throw new Error('This copy does not hold that.');
  const index = state.sites.map((key) => {
    const [muscle, , side] = key.split(':');
    return state.labels.find((l) => l.muscle === muscle && l.side === side)?.index ?? 0;
  });
  return Uint8Array.from(sites, (site) => (site ? index[site - 1] : 0));
}
