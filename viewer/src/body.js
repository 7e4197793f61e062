/* The body picture: a back, seen from behind, where pain is marked; and the spine's levels, where fingers felt. */
import { make } from './exam_fields.js';

const SVG = 'http://www.w3.org/2000/svg';
/* From behind, the person's left is on the left. */
const ZONES = [['neck', 62, 38], ['thoracic', 104, 92], ['low back', 200, 62]];
const SIDES = [['left', 74, 34], ['midline', 111, 18], ['right', 132, 34]];
const LEVELS = {
  neck: ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'T1', 'T2'],
  back: ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5', 'S1'],
};

const draw = (tag, props, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const text = (x, y, anchor, words) => draw('text', { x, y, 'text-anchor': anchor, 'font-size': 11 }, words);

/* isMarked(region, side) and toggle(region, side); refresh() after a change elsewhere. */
export function painPicture(isMarked, toggle) {
  const back = 'M108 8c-14 0-22 10-22 24 0 10 4 18 9 22v12c-4 8-26 12-42 20-8 5-10 18-10 40v74h16v-60c2 30 6 52 4 82-3 24-7 36-7 '
    + '58h128c0-22-4-34-7-58-2-30 2-52 4-82v60h16v-74c0-22-2-35-10-40-16-8-38-12-42-20v-12c5-4 9-12 9-22 0-14-8-24-22-24z';
  const svg = draw('svg', { viewBox: '0 0 240 290', class: 'body', role: 'group', 'aria-label': 'Back of the person: where it hurts' },
    draw('path', { d: back, transform: 'translate(6 0)', class: 'skin' }), text(4, 14, 'start', 'left'), text(236, 14, 'end', 'right'));
  const marks = [];
  for (const [region, y, height] of ZONES)
    for (const [side, x, width] of SIDES) {
      const zone = draw('rect', { x, y, width, height, rx: 6, class: 'zone', role: 'button', tabindex: 0, 'aria-label': `${region}, ${side}` });
      const press = () => { toggle(region, side); refresh(); };
      zone.addEventListener('click', press);
      zone.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        press();
      });
      marks.push([zone, region, side]);
      svg.append(zone);
    }
  function refresh() {
    for (const [zone, region, side] of marks) zone.setAttribute('aria-pressed', String(isMarked(region, side)));
  }
  refresh();
  return { node: svg, refresh };
}

/* The levels of a muscle's region with a place left and right of each; isMarked(level, side), toggle(level, side). */
export function spineLadder(region, isMarked, toggle) {
  const rows = (LEVELS[region] ?? LEVELS.back).map((level) => {
    const place = (side) => {
      const button = make('button', { type: 'button', textContent: isMarked(level, side) ? '●' : '○' });
      button.setAttribute('aria-label', `${level}, ${side}`);
      button.setAttribute('aria-pressed', String(isMarked(level, side)));
      button.addEventListener('click', () => {
        toggle(level, side);
        button.textContent = isMarked(level, side) ? '●' : '○';
        button.setAttribute('aria-pressed', String(isMarked(level, side)));
      });
      return button;
    };
    return make('div', { className: 'rung' }, place('left'), make('span', { textContent: level }), place('right'));
  });
  const ladder = make('div', { className: 'felt' }, make('div', { className: 'rung' }, make('span', { textContent: 'left' }), make('span'),
    make('span', { textContent: 'right' })), ...rows);
  ladder.setAttribute('role', 'group');
  ladder.setAttribute('aria-label', 'Where fingers felt something, the person’s left and right');
  return ladder;
}
