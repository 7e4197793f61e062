/* The page: wires picture, table, tools and server together. */
import { Edits } from './edits.js';
import { Exam } from './exam.js';
import { Picture } from './picture.js';
import { See } from './see.js';
import { getBytes, getJson, post } from './server.js';
import { Stroke } from './stroke.js';
import { Table, keyOf } from './table.js';

const $ = (id) => document.getElementById(id);
const picture = new Picture($('gl'));
const table = new Table($('rows'));
const exam = new Exam($('form'), (text, fault) => say(text, fault));
const page = { state: null, rows: [], stroke: null, waiting: Promise.resolve(), asked: 0, fromFile: null };
const see = new See(page, picture, (key) => goToRow(key));

function say(text, fault = false) {
  $('say').textContent = text;
  $('say').classList.toggle('fault', fault);
}

/* A colour a muscle; the right side paler than the left. */
function colourOf(label, muscles) {
  const hue = (360 * muscles.indexOf(label.muscle)) / muscles.length, light = label.side === 'right' ? 0.72 : 0.5;
  const part = (n) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (light - Math.min(light, 1 - light) * 0.85 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

/* ---- what is shown ---- */

function showState(state) {
  page.state = { ...page.state, ...state };
  page.rows = page.state.rows;
  table.fill(page.rows, page.state.before);
  see.changed();
  $('undo').disabled = !page.state.undo;
  $('redo').disabled = !page.state.redo;
  $('save').disabled = !page.state.unsaved;
  page.edits?.show(page.state);
  if (page.state.fault) say(`These labels cannot be measured: ${page.state.fault}`, true);
}

function showSlice() {
  const axis = picture.axes[2];
  $('slice').max = picture.dim[axis] - 1;
  $('slice').value = picture.vox[axis];
  [$('sidea').textContent, $('sideb').textContent] = picture.sides();
  see.moved(picture.vox);
}

/* Which row the cursor is in; only the last question's answer counts. */
async function showPlace(vox) {
  showSlice();
  const label = page.state.labels?.find((l) => l.index === picture.labels?.[picture.index(vox)]);
  $('where').textContent = label ? `${label.name}, ${label.side}` : 'no label here';
  const asked = ++page.asked;
  if (page.stroke || !page.state.labels) return;
  await new Promise((done) => setTimeout(done, 120));
  if (asked !== page.asked) return;
  const { site } = await getJson(`site/${picture.fileIndex(vox)}`);
  if (asked !== page.asked) return;
  table.light(site);
  see.at(site);
  const row = page.rows.find((r) => keyOf(r) === site);
  if (row) $('where').textContent = `${row.name}, ${row.level}, ${row.side}`;
}

/* ---- changes, one after the other ---- */

function change(path, body, taken = () => {}) {
  page.edits.hide();
  page.waiting = page.waiting.then(async () => {
    try {
      const answer = await post(path, { ...body, revision: page.state.revision });
      say(path === 'save' ? 'Saved beside the run, in the folder “edited”.' : 'Measured.');
      showState(answer);
      if (answer.reload) picture.setFileLabels(await getBytes('labels.bin'));
      else if (answer.voxel?.length) drawMoved(answer);
    } catch (fault) {
      taken();
      say(fault.message, true);
    }
  });
  return page.waiting;
}

/* What the server would do, without doing it; null when it refuses. */
async function ask(path, body) {
  await page.waiting;
  try {
    return await post(path, { ...body, revision: page.state.revision });
  } catch (fault) {
    say(fault.message, true);
    return null;
  }
}

/* Undo and redo go to the slice that they change. */
function drawMoved({ voxel, index }) {
  voxel.forEach((v, i) => { picture.labels[page.fromFile(v)] = index[i]; });
  picture.refresh();
  const vox = picture.place(page.fromFile(voxel[voxel.length >> 1]));
  picture.goTo(vox);
}

const tool = () => ({
  index: Number($('label').value), erase: $('erase').checked, lock: $('lock').checked, brushMm: Number($('brush').value),
  fat: $('ranged').checked ? [$('from').valueAsNumber, $('to').valueAsNumber] : null,
});

function endStroke() {
  const { stroke } = page;
  page.stroke = null;
  const body = stroke?.body();
  if (body) return change('stroke', body, () => stroke.takeBack());
  if (stroke) say('Nothing to change here.');
  return page.waiting;
}

function paintHere() {
  page.edits.hide();
  page.stroke = new Stroke(picture, tool());
  page.stroke.dab(picture.vox);
  return endStroke();
}

function pickHere() {
  const index = picture.labels[picture.index(picture.vox)];
  if (index) $('label').value = String(index);
  say(index ? 'Picked.' : 'There is no label here.');
}

/* ---- by hand and by key ---- */

function move(across, down, through) {
  const vox = [...picture.vox], [a, d, t] = picture.axes;
  /* In axial and coronal pictures the person's left is on the right, where numbers fall. */
  vox[a] += a === 0 ? -across : across;
  vox[d] += down;
  vox[t] += through;
  picture.goTo(vox);
}

const KEYS = {
  ArrowLeft: () => move(-1, 0, 0), ArrowRight: () => move(1, 0, 0), ArrowUp: () => move(0, 1, 0),
  ArrowDown: () => move(0, -1, 0), PageUp: () => move(0, 0, 1), PageDown: () => move(0, 0, -1),
};
const step = (by) => { const s = $('brush'); s.selectedIndex = Math.min(s.length - 1, Math.max(0, s.selectedIndex + by)); };
const EDIT_KEYS = {
  ' ': paintHere, p: pickHere, e: () => { $('erase').checked = !$('erase').checked; }, '[': () => step(-1), ']': () => step(1),
};
const CTRL_KEYS = { z: () => change('undo', {}), y: () => change('redo', {}), s: () => change('save', {}) };

function onPictureKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key] ?? (page.state.edits ? EDIT_KEYS[event.key] ?? page.edits.keys[event.key] : undefined);
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  act();
}

function onPageKey(event) {
  const act = (event.ctrlKey || event.metaKey) && CTRL_KEYS[event.key.toLowerCase()];
  if (!act || !page.state?.edits) return;
  event.preventDefault();
  act();
}

function goToRow(key) {
  const row = page.rows.find((r) => keyOf(r) === key);
  if (!row || row.voxel < 0) return;
  picture.goTo(picture.place(page.fromFile(row.voxel)));
  table.light(key);
  $('box').scrollIntoView({ block: 'nearest' });
  const label = page.state.labels?.find((l) => l.muscle === row.muscle && l.side === row.side);
  if (label) $('label').value = String(label.index);
}

/* Picture or exam: one of them is shown. */
function showRoom(room) {
  for (const name of ['look', 'form']) {
    $(name).hidden = name !== room;
    $(`to-${name}`).setAttribute('aria-pressed', String(name === room));
  }
  if (room === 'form') exam.open().catch((fault) => say(fault.message, true));
  else picture.nv.drawScene();
}

function wire() {
  const canvas = $('gl');
  for (const name of ['look', 'form']) $(`to-${name}`).addEventListener('click', () => showRoom(name));
  canvas.addEventListener('keydown', onPictureKey, true);
  document.addEventListener('keydown', onPageKey);
  canvas.addEventListener('pointerdown', (event) => {
    canvas.focus({ preventScroll: true }); /* the pointer stays where it was put */
    if (event.button !== 0 || !page.state.edits || !$('paint').checked) return;
    page.edits.hide();
    page.stroke = new Stroke(picture, tool());
  }, true);
  for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, () => { if (page.stroke) endStroke(); });
  picture.moved = (vox) => {
    if (page.stroke) page.stroke.dab(vox);
    showPlace(vox).catch((fault) => say(fault.message, true));
  };
  table.chosen = goToRow;
  $('view').addEventListener('change', () => { picture.setView($('view').value); see.setView($('view').value); showSlice(); });
  $('slice').addEventListener('input', () => {
    const vox = [...picture.vox];
    vox[picture.axes[2]] = Number($('slice').value);
    picture.goTo(vox);
  });
  $('opacity').addEventListener('input', () => picture.setOpacity($('opacity').value / 100));
  $('here').addEventListener('click', paintHere);
  $('pick').addEventListener('click', pickHere);
  for (const name of ['undo', 'redo', 'save']) $(name).addEventListener('click', () => change(name, {}));
  window.addEventListener('beforeunload', (event) => { if (page.state.unsaved || exam.dirty) event.preventDefault(); });
  window.addEventListener('pagehide', () => exam.leave());
}

/* From a voxel of the file to one of the picture: the other way of picture.fileIndex. */
function turnBack() {
  const [nx, ny, nz] = picture.dim, back = new Uint32Array(nx * ny * nz);
  for (let i = 0; i < back.length; i++) back[picture.fileIndex(picture.place(i))] = i;
  return (v) => back[v];
}

async function begin() {
  page.state = await getJson('state.json');
  const { state } = page;
  document.title = state.name ? `${state.name} – Fascicle viewer` : 'Fascicle viewer';
  $('name').textContent = state.name;
  await picture.open(state.maps[0], state);
  await see.begin(state);
  page.fromFile = turnBack();
  exam.rows = () => page.rows;
  exam.saved = async () => showState(await getJson('state.json'));
  if (state.labels) {
    const muscles = [...new Set(state.labels.map((l) => l.muscle))];
    picture.setColours(state.labels.map((l) => ({ ...l, colour: colourOf(l, muscles) })));
    picture.setFileLabels(await getBytes('labels.bin'));
    picture.setOpacity(0.5);
    $('label').replaceChildren(...state.labels.map((l) => new Option(`${l.name}, ${l.side} (${l.value})`, l.index)));
  }
  $('rooms').hidden = !state.exam;
  $('tools').hidden = $('keys').hidden = !state.edits;
  say(state.said ? state.said : state.edits ? 'Choose a site in the table, or touch the picture.' : 'To look at; the terminal says what changing labels needs.');
  wire();
  Object.assign(page, { say, ask, change });
  page.edits = new Edits(picture, page, tool);
  showState(state);
  picture.goTo(picture.dim.map((n) => n >> 1));
  window.fascicle = { picture, page, exam, see, second: see.other?.picture }; /* for tests and the curious: nothing secret is in it */
}

begin().catch((fault) => say(fault.message, true));
