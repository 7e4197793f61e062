/* What a saved exam brings: the plan in short, and what is new on the person's page. */
import { getJson, getText } from './server.js';
import { make } from './exam_fields.js';

const STATES = {
  stop: 'Stop: something here needs help first. Nothing else is planned.',
  scope: 'No plan: this lies outside what the plan was made for.',
  ask: 'No plan yet: questions of the first gate are open.',
  ready: 'The plan is made.',
};
const list = (items) => make('ul', {}, ...items.map((text) => make('li', { textContent: text })));
const part = (title, items) => (items.length ? [make('h3', { textContent: title }), list(items)] : []);

/* The page's own lines, in its order. */
async function linesOf(path) {
  let page;
  try {
    const text = await getText(path); /* its styles are not wanted here, and our own policy would complain of them */
    page = new DOMParser().parseFromString(text.replace(/<style>[^]*?<\/style>| style="[^"]*"/g, ''), 'text/html');
  } catch {
    return null; /* it was not made */
  }
  return [...page.querySelectorAll('main h2, main h3, main p, main li, main dt, main dd')]
    .filter((e) => !e.querySelector('p, li')).map((e) => e.textContent.trim().replace(/\s+/g, ' ')).filter(Boolean);
}

function addPlan(box, plan) {
  box.append(make('p', { className: 'state', textContent: STATES[plan.state] ?? plan.state }),
    ...part('Now', plan.stop.map((s) => `${s.finding}. ${s.plain}`)),
    ...part('Still to be asked', plan.ask.filter((q) => q.holds).map((q) => q.text)),
    ...part('To be told to a doctor', plan.refer.map((s) => `${s.finding}. ${s.plain}`)),
    ...part('Held back', plan.hold_back.map((h) => h.plain || h.what)),
    ...part('Steps', plan.steps.map((s) => s.plain || s.what)),
    ...part('At home', plan.home.map((h) => `${h.name}: ${h.dose}`)),
    make('p', { className: 'note', textContent: plan.signature }));
}

export async function showPlan(box) {
  const [now, before] = await Promise.all([linesOf('exam/person.html'), linesOf('exam/before.html')]);
  box.replaceChildren(make('h2', { textContent: 'What it brings' }));
  try {
    addPlan(box, await getJson('exam/plan.json'));
  } catch (fault) {
    box.append(make('p', { textContent: `No plan: ${fault.message}` }));
  }
  if (now) {
    const was = new Set(before ?? []), is = new Set(now);
    const gone = (before ?? []).filter((line) => !is.has(line));
    box.append(make('h2', { textContent: 'The person’s page' }),
      make('p', {}, make('a', { href: 'exam/person.html', target: '_blank', rel: 'noopener', textContent: 'Open the page with this exam' }),
        ...(before ? ['; ', make('a', { href: 'exam/before.html', target: '_blank', rel: 'noopener', textContent: 'as the run left it' })] : []), '.'),
      ...part('New on it', now.filter((line) => !was.has(line))));
    if (gone.length) box.append(make('details', {}, make('summary', { textContent: `No longer on it: ${gone.length} lines` }), list(gone)));
  }
  box.hidden = false;
}
