/* The exam's form: made from its schema, kept as a draft while it is typed, saved as one file. */
import { painPicture, spineLadder } from './body.js';
import { choice, faultOf, field, labelOf, make, words } from './exam_fields.js';
import { showPlan } from './exam_plan.js';
import { getJson, post } from './server.js';

const WAIT_MS = 400;
const FIRST = ['date', 'age_years', 'sex', 'height_cm', 'weight_kg'];
const INJURY = ['injury_history', 'days_since_injury', 'mechanism', 'onset_age_years', 'prior_neck_episodes',
  'prior_back_episodes', 'wad_grade', 'strain_grade', 'sprain_grade', 'nrs_pain', 'ndi_percent', 'odi_percent'];
const ASKED = ['red_flags', 'conditions', 'examiner'];

/* The answers without those that are not what the schema asks for. */
function rightOnes(schema, value, root) {
  const own = schema?.$ref ? root.$defs[schema.$ref.split('/').pop()] : schema;
  if (Array.isArray(value)) return value.map((item) => rightOnes(own.items, item, root));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key, v]) => !faultOf(own?.properties?.[key] ?? {}, v))
    .map(([key, v]) => [key, rightOnes(own?.properties?.[key], v, root)]));
}

export class Exam {
  constructor(box, said) {
    this.box = box;
    this.said = said; /* (text, fault) */
    this.exam = {};
    this.waiting = Promise.resolve();
    this.timer = 0;
    this.dirty = false; /* typed and not yet kept */
    this.opened = null;
    this.saved = async () => {}; /* the labels on the screen were saved with it */
  }

  /* Once; the form then stays. */
  open() {
    this.opened ??= this.begin();
    return this.opened;
  }

  async begin() {
    const form = await getJson('exam/form.json');
    this.schema = form.schema;
    this.muscles = form.muscles;
    this.stamp = form.stamp;
    this.revision = form.revision;
    this.exam = form.draft?.exam ?? form.exam ?? {};
    if (!form.draft && !form.exam) this.exam.participant = form.name.match(/^sub-[0-9A-Za-z]+/)?.[0];
    this.show();
    if (form.fault) this.said(form.fault, true);
    if (form.draft) this.takeUp(form);
    const open = await this.keep(false);
    if (!form.draft && open) this.said('Fill in what you know. What you type is kept at once.');
  }

  /* Answers of an earlier day that were never saved; the file may have become another since. */
  takeUp(form) {
    if (form.draft.stamp === form.stamp) {
      this.said('Your unsaved answers are here again.');
      return;
    }
    this.said('The exam’s file was changed by another program. Shown are your own unsaved answers: keep them, or take the file.', true);
    const keep = make('button', { type: 'button', textContent: 'Keep my answers' });
    const take = make('button', { type: 'button', textContent: 'Take the file' });
    const bar = make('p', { className: 'bar' }, keep, take);
    keep.addEventListener('click', () => { bar.remove(); this.said('Kept. Saving writes them over the file.'); });
    take.addEventListener('click', async () => {
      const now = await post('exam/drop', { revision: this.revision, stamp: this.stamp });
      Object.assign(this, { revision: now.revision, stamp: now.stamp });
      this.exam = form.exam ?? {};
      this.show();
      this.said('The file’s answers are shown.');
    });
    this.box.prepend(bar);
  }

  /* ---- answers ---- */

  resolve(schema) {
    return schema.$ref ? { ...this.schema.$defs[schema.$ref.split('/').pop()], ...schema } : schema;
  }

  put(holder, key, value) {
    if (value === null || value === undefined) delete holder[key]; else holder[key] = value;
    this.typed();
  }

  typed() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), WAIT_MS);
  }

  /* Answers without empty groups, as the file holds them. */
  whole() {
    return Object.fromEntries(Object.entries(this.exam)
      .filter(([, v]) => !(v && typeof v === 'object' && !Object.keys(v).length)));
  }

  /* Sends the answers to be kept (or only looked at); one after the other. */
  keep(mine = true) {
    clearTimeout(this.timer);
    this.waiting = this.waiting.then(async () => {
      if (mine && !this.dirty) return null;
      this.dirty = false;
      try {
        const path = mine ? 'exam/draft' : 'exam/look';
        const answer = await post(path, { revision: this.revision, stamp: this.stamp, exam: this.whole() });
        this.revision = answer.revision;
        /* A slip of typing elsewhere hides no question. */
        const without = { revision: this.revision, stamp: this.stamp, exam: rightOnes(this.schema, this.whole(), this.schema) };
        this.showOpen(answer.open ?? (await post('exam/look', without)).open);
        if (mine) this.said(answer.fault ? `Kept. ${answer.fault}` : 'Kept as a draft.', Boolean(answer.fault));
        return answer;
      } catch (fault) {
        this.dirty ||= mine;
        this.said(fault.message, true);
        return null;
      }
    });
    return this.waiting;
  }

  /* The window closes: what is still on its way to be kept goes off at once. */
  leave() {
    if (!this.dirty) return;
    const body = JSON.stringify({ revision: this.revision, stamp: this.stamp, exam: this.whole() });
    navigator.sendBeacon('exam/draft', new Blob([body], { type: 'application/json' }));
  }

  async save() {
    const wrong = this.box.querySelector('[aria-invalid="true"]');
    await this.keep();
    if (wrong) {
      wrong.closest('details')?.setAttribute('open', '');
      wrong.focus();
      this.said('One answer needs a look before it can be saved.', true);
      return;
    }
    if (this.dirty) return; /* it could not be kept, and was told why */
    this.said('Saving, and making the plan …');
    this.saveButton.disabled = true;
    try {
      const answer = await post('exam/save', { revision: this.revision, stamp: this.stamp, exam: this.whole() });
      Object.assign(this, { revision: answer.revision, stamp: answer.stamp });
      await showPlan(this.plan);
      await this.saved();
      this.said(`Saved as ${answer.file}; plan and pages are made.`);
      this.plan.scrollIntoView({ block: 'start' });
    } catch (fault) {
      this.said(fault.message, true);
      if (/exam is saved/.test(fault.message)) {
        const { revision, stamp } = await getJson('exam/form.json');
        Object.assign(this, { revision, stamp });
      }
    }
    this.saveButton.disabled = false;
  }

  /* ---- the form ---- */

  fields(holder, properties, keys = Object.keys(properties)) {
    return keys.map((key) => field(key, this.resolve(properties[key]), holder[key], (v) => this.put(holder, key, v)));
  }

  group(key) {
    this.exam[key] ??= {};
    return this.exam[key];
  }

  show() {
    const p = this.schema.properties;
    const shown = new Set(['participant', 'now', 'pain', 'palpation', 'wants', ...FIRST, ...INJURY, ...ASKED]);
    const rest = Object.keys(p).filter((key) => !shown.has(key));
    const scalars = rest.filter((key) => p[key].type !== 'object' && p[key].type !== 'array');
    const others = rest.filter((key) => !scalars.includes(key));
    const fold = (title, ...nodes) => make('details', {}, make('summary', { textContent: title }), ...nodes);
    const part = (title, ...nodes) => make('section', {}, make('h2', { textContent: title }), ...nodes);
    this.saveButton = make('button', { type: 'button', textContent: 'Save the exam and make the plan', id: 'saveexam' });
    this.saveButton.addEventListener('click', () => this.save());
    this.plan = make('section', { id: 'plan', hidden: true });
    this.asked = make('div', { id: 'asked' });
    this.box.replaceChildren(
      part('First: eight questions', make('p', { className: 'note', textContent: 'Each needs a yes or a no; until then there is no plan.' }),
        ...this.fields(this.group('now'), p.now.properties)),
      part('The person', make('div', { className: 'row' }, ...this.fields(this.exam, p, ['participant', ...FIRST]))),
      part('Where it hurts', ...this.painPart(p.pain)),
      part('How it began, and how much it is', make('div', { className: 'row' }, ...this.fields(this.exam, p, INJURY))),
      part('Questions that the answers open', this.asked),
      part('What fingers felt', ...this.palpationPart(p.palpation)),
      part('More', fold(labelOf('wants', p.wants), ...this.wishes(p.wants)),
        ...others.map((key) => fold(labelOf(key, p[key]), ...(p[key].type === 'array' ? this.list(key, p[key])
          : this.fields(this.group(key), p[key].properties)))),
        fold('Medicines, pregnancy and other single answers', ...this.fields(this.exam, p, scalars))),
      make('p', { className: 'bar' }, this.saveButton), this.plan);
    this.showOpen([]);
  }

  /* Follow-ups that are open or answered stand in sight, the rest can be unfolded. Answering moves nothing away. */
  showOpen(open) {
    if (!open) return;
    const p = this.schema.properties, wanted = new Set(open.map((q) => q.key));
    const inSight = [], folded = [];
    for (const group of ASKED)
      for (const key of Object.keys(p[group].properties))
        (wanted.has(`${group}.${key}`) || this.exam[group]?.[key] !== undefined ? inSight : folded).push([group, key]);
    const signature = JSON.stringify(inSight);
    if (signature === this.inSight && this.asked.childElementCount) return;
    this.inSight = signature;
    const unfolded = this.asked.querySelector('details')?.open, held = document.activeElement?.closest?.('[data-key]')?.dataset.key;
    const nodes = (pairs) => pairs.map(([group, key]) => this.fields(this.group(group), p[group].properties, [key])[0]);
    const more = make('details', { open: Boolean(unfolded) }, make('summary', { textContent: `All other questions (${folded.length})` }), ...nodes(folded));
    const typing = this.asked.contains(document.activeElement);
    this.asked.replaceChildren(...nodes(inSight), more);
    if (typing && held) this.asked.querySelector(`[data-key="${held}"] input:checked`)?.focus();
  }

  painPart(schema) {
    const items = () => (this.exam.pain ??= []);
    const at = (region, side) => items().findIndex((i) => i.region === region && (i.side ?? '') === side);
    const box = make('div', {});
    const picture = painPicture((region, side) => at(region, side) >= 0, (region, side) => {
      const found = at(region, side);
      if (found >= 0) items().splice(found, 1); else items().push({ region, side });
      this.typed();
      refill();
    });
    const [refill, ...nodes] = this.items('pain', schema, () => ({ region: 'low back' }), () => picture.refresh());
    box.append(...nodes);
    return [make('p', { className: 'note', textContent: 'Seen from behind: the person’s left is on the left.' }),
      make('div', { className: 'marks' }, picture.node, box)];
  }

  palpationPart(schema) {
    const items = () => (this.exam.palpation ??= []);
    const ladder = make('div', {}), scan = new Set((this.rows?.() ?? []).map((r) => r.muscle));
    const known = [...this.muscles].sort((a, b) => Number(scan.has(b.key)) - Number(scan.has(a.key)));
    let muscle = known[0]?.key ?? 'multifidus';
    const at = (level, side) => items().findIndex((i) => i.muscle === muscle && i.level === level && i.side === side);
    const showLadder = () => ladder.replaceChildren(spineLadder(this.muscles.find((m) => m.key === muscle)?.region,
      (level, side) => at(level, side) >= 0, (level, side) => {
        const found = at(level, side);
        if (found >= 0) items().splice(found, 1); else items().push({ muscle, level, side, tenderness: true });
        this.typed();
        refill();
      }));
    const own = { ...schema, items: { ...schema.items, properties: { ...schema.items.properties, muscle: { ...schema.items.properties.muscle, description: 'muscle', enum: known.map((m) => m.key) } } } };
    const [refill, ...nodes] = this.items('palpation', own, () => ({ muscle }), showLadder);
    showLadder();
    return [choice('Muscle', known.map((m) => [m.key, m.name]), muscle, (v) => { muscle = v; showLadder(); }),
      make('p', { className: 'note', textContent: 'Seen from behind: the person’s left is on the left. A mark stands for a tender spot; say more of it beside. No scan can show one.' }),
      make('div', { className: 'marks' }, ladder, make('div', {}, ...nodes))];
  }

  list(key, schema) {
    return this.items(key, schema, () => Object.fromEntries((schema.items.required ?? [])
      .filter((k) => schema.items.properties[k].enum).map((k) => [k, schema.items.properties[k].enum[0]]))).slice(1);
  }

  /* The entries of a list, each with its answers and a way to remove it: [refill, ...nodes]. */
  items(key, schema, fresh, changed = () => {}) {
    const items = () => (this.exam[key] ??= []), box = make('div', {});
    const add = make('button', { type: 'button', textContent: `Add: ${words(schema.description)}` });
    const refill = () => {
      add.disabled = items().length >= schema.maxItems;
      box.replaceChildren(...items().map((item, i) => {
        const remove = make('button', { type: 'button', textContent: `Remove number ${i + 1}` });
        remove.addEventListener('click', () => { items().splice(i, 1); this.typed(); refill(); changed(); add.focus(); });
        return make('fieldset', { className: 'item' }, make('legend', { textContent: `Number ${i + 1}` }),
          make('div', { className: 'row' }, ...Object.entries(schema.items.properties).map(([k, s]) => field(k, s, item[k], (v) => {
            this.put(item, k, v);
            changed();
          }))), remove);
      }));
    };
    add.addEventListener('click', () => {
      items().push(fresh());
      this.typed();
      refill();
      changed();
      box.lastElementChild?.querySelector('select, input')?.focus();
    });
    refill();
    return [refill, box, add];
  }

  wishes(schema) {
    const wants = () => (this.exam.wants ??= []);
    return schema.items.enum.map((wish) => {
      const input = make('input', { type: 'checkbox', checked: wants().includes(wish) });
      input.addEventListener('change', () => {
        this.exam.wants = input.checked ? [...wants(), wish] : wants().filter((w) => w !== wish);
        this.typed();
      });
      return make('label', { className: 'wish' }, input, ` ${words(wish)}`);
    });
  }
}
