/* The numbers of the site under the cursor, with what they may err by and from where. */
import { make } from './exam_fields.js';

const points = (fraction) => (fraction === null || fraction === undefined ? 'not known' : `${(100 * fraction).toFixed(1)} points`);
const percent = (fraction) => (fraction === null ? 'not known' : `${(100 * fraction).toFixed(1)} %`);

export function showNumbers(box, row, other) {
  box.hidden = !row;
  if (!row) return;
  const list = [
    ['Fat', percent(row.pdff_mean_fraction)],
    ['Error of the tissue and its noise', `${points(row.pdff_se_fraction)} (noise alone ${points(row.pdff_se_noise_fraction)})`],
    ['Error of the label’s border', points(row.pdff_se_label_fraction)],
    ['Both together', points(row.pdff_se_all_fraction)],
    ['Voxels', String(row.n_voxel)],
  ];
  if (row.quality) list.push(['Noticed', row.quality.replaceAll(',', ', ')]);
  if (other) list.push(['Other visit', `${percent(other.pdff_mean_fraction)} (both errors together ${points(other.pdff_se_all_fraction)})`]);
  box.replaceChildren(make('caption', { textContent: `${row.name}, ${row.level}, ${row.side}: one standard error each` }),
    make('tbody', {}, ...list.map(([name, value]) => make('tr', {}, make('th', { scope: 'row', textContent: name }), make('td', { textContent: value })))));
}
