/* What the colours of the picture mean. */
import { flagsOf } from './layers.js';
import { make } from './exam_fields.js';

const swatch = (colour) => {
  const mark = make('span', { className: 'swatch' });
  mark.style.setProperty('background', `rgb(${colour.join()})`);
  return mark;
};

function ramp(colours) {
  const bar = make('canvas', { className: 'ramp', width: colours.length / 3, height: 1 }), ink = bar.getContext('2d');
  for (let i = 0; i < bar.width; i++) {
    ink.fillStyle = `rgb(${colours.slice(3 * i, 3 * i + 3).join()})`;
    ink.fillRect(i, 0, 1, 1);
  }
  bar.setAttribute('aria-hidden', 'true');
  return bar;
}

export function showLegend(box, state, map, over) {
  const parts = [];
  if (map.key === 'pdff') parts.push('fat 0 %', ramp(state.ramp), `${Math.round(100 * state.ramp_top_fraction)} % and more`);
  else if (map.key !== 'flags') parts.push(`${map.title}: black is little, white is much${map.unit ? `, in ${map.unit}` : ''}.`);
  const flags = flagsOf([map, over].find((m) => m?.key === 'flags')).filter((f) => f.bit !== 1);
  for (const flag of flags) parts.push(make('span', { className: 'flag' }, swatch(flag.colour), ` ${flag.text}`));
  if (flags.length) parts.push('(a voxel with several shows the last of them)');
  else if (over && over.key !== map.key) parts.push(`over it in red and yellow: ${over.title}`);
  box.replaceChildren(...parts.flatMap((part) => [part, ' ']));
}
