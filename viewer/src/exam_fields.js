/* One answer of the exam as controls on the page, made from its place in the schema. */
const UNITS = [
  [/(^|_)cm$/, 'cm'], [/(^|_)kg$/, 'kg'], [/days(_ago|_since_injury)?$|^days_/, 'days'], [/percent$/, '%'],
  [/_min$/, 'minutes'], [/weeks$/, 'weeks'], [/newton$/, 'newton'], [/degrees$/, 'degrees'], [/years$/, 'years'],
  [/hours/, 'hours'],
];
let serial = 0;

export const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
export const words = (text) => text.replaceAll('_', ' ');
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export function labelOf(key, schema) {
  const unit = UNITS.find(([pattern]) => pattern.test(key))?.[1];
  const text = capital(schema.description ?? words(key));
  return unit && !text.toLowerCase().includes(unit) ? `${text} (${unit})` : text;
}

const typesOf = (schema) => [schema.type ?? []].flat();
const isNumber = (schema) => typesOf(schema).some((t) => t === 'number' || t === 'integer');

/* What is wrong with a typed answer, in words, or ''. The library's reader has the last word. */
export function faultOf(schema, value) {
  if (value === null || value === undefined || value === '') return '';
  if (isNumber(schema)) {
    if (typeof value !== 'number') return `“${value}” is no number. Write digits, as 42 or 3.5.`;
    if (value < schema.minimum || value > schema.maximum) return `Between ${schema.minimum} and ${schema.maximum}, please.`;
    if (typesOf(schema).includes('integer') && !Number.isInteger(value)) return 'A whole number, please.';
  } else if (typeof value === 'string') {
    if (schema.maxLength && value.length > schema.maxLength) return `At most ${schema.maxLength} letters, please.`;
    if (schema.pattern && !new RegExp(schema.pattern).test(value))
      return /0-9\]\{4\}/.test(schema.pattern) ? 'A day as 2026-11-21, please.' : 'A level as C5 or L4, please.';
  }
  return '';
}

/* Typed text as the schema wants it; what is no number stays text, so that nothing typed is lost. */
function read(schema, text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  if (!isNumber(schema)) return trimmed;
  return /^[-+]?\d+([.,]\d+)?$/.test(trimmed) ? Number(trimmed.replace(',', '.')) : trimmed;
}

function textField(key, schema, value, changed) {
  const id = `x${++serial}`, note = make('span', { id: `${id}n`, className: 'wrong' });
  const input = make('input', {
    id, type: 'text', inputMode: isNumber(schema) ? 'decimal' : 'text', autocomplete: 'off', value: value ?? '',
    className: isNumber(schema) || schema.pattern ? 'short' : '',
  });
  const judge = (now) => {
    note.textContent = faultOf(schema, now);
    input.setAttribute('aria-invalid', String(note.textContent !== ''));
  };
  input.setAttribute('aria-describedby', note.id);
  input.addEventListener('input', () => { const now = read(schema, input.value); judge(now); changed(now); });
  judge(value);
  return make('div', { className: 'field' }, make('label', { htmlFor: id, textContent: labelOf(key, schema) }), input, note);
}

export function choice(label, options, value, changed) {
  const id = `x${++serial}`;
  const select = make('select', { id }, ...options.map(([key, text]) => make('option', { value: key, textContent: text })));
  select.value = value ?? '';
  select.addEventListener('change', () => changed(select.value || null));
  return make('div', { className: 'field' }, make('label', { htmlFor: id, textContent: label }), select);
}

/* Yes, no, not asked. */
function yesNo(key, schema, value, changed) {
  const name = `x${++serial}`, options = [[true, 'yes'], [false, 'no'], [null, 'not asked']];
  const radios = options.map(([answer, text]) => {
    const input = make('input', { type: 'radio', name, checked: (value ?? null) === answer });
    input.addEventListener('change', () => changed(answer));
    return make('label', {}, input, ` ${text}`);
  });
  const set = make('fieldset', { className: 'yesno' }, make('legend', { textContent: labelOf(key, schema) }), ...radios);
  set.dataset.key = key;
  return set;
}

/* A yes that tells since when. */
function dated(key, schema, value, changed) {
  const told = value && typeof value === 'object' ? { ...value } : null;
  const more = make('div', { className: 'more' }), { answer, ...others } = schema.properties;
  let now = told ?? (value === true ? { answer: true } : value ?? null);
  const give = () => changed(now && typeof now === 'object' && Object.keys(now).length === 1 ? now.answer : now);
  const show = () => {
    const yes = now && typeof now === 'object' && now.answer;
    more.replaceChildren(...(yes ? Object.entries(others).map(([k, s]) => field(k, s, now[k], (v) => {
      if (v === null) delete now[k]; else now[k] = v;
      give();
    })) : []));
  };
  show();
  return make('div', {}, yesNo(key, schema, told ? told.answer : value, (v) => {
    now = v === true ? { answer: true } : v;
    give();
    show();
  }), more);
}

/* changed(value): null when the answer was taken back. */
export function field(key, schema, value, changed) {
  if (schema.properties?.answer) return dated(key, schema, value, changed);
  if (typesOf(schema).includes('boolean')) return yesNo(key, schema, value, changed);
  if (schema.enum)
    return choice(labelOf(key, schema), [['', 'not told'], ...schema.enum.filter((w) => w !== null).map((w) => [w, words(w)])],
      value, changed);
  return textField(key, schema, value, changed);
}
