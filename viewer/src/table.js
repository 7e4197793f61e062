/* The table of sites beside the picture. */
const percent = (fraction) => (fraction === null ? 'n/a' : (100 * fraction).toFixed(1));
const cm3 = (mm3) => (mm3 === null ? 'n/a' : (mm3 / 1000).toFixed(2));
const SHOWN = [['pdff_mean_fraction', percent], ['pdff_se_fraction', percent], ['volume_mm3', cm3]];
export const keyOf = (row) => `${row.muscle}:${row.level}:${row.side}`;

export class Table {
  constructor(body) {
    this.body = body;
    this.lines = new Map();
    this.chosen = () => {};
  }

  /* rows as they are now; before as they were when the first stroke was drawn. */
  fill(rows, before) {
    const was = new Map(before.map((row) => [keyOf(row), row]));
    const now = new Map(rows.map((row) => [keyOf(row), row]));
    for (const key of [...now.keys(), ...was.keys()]) if (!this.lines.has(key)) this.add(key, now.get(key) ?? was.get(key));
    for (const [key, line] of this.lines) this.write(line, now.get(key), was.get(key));
  }

  add(key, row) {
    const line = document.createElement('tr');
    line.dataset.key = key;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = row.name;
    button.addEventListener('click', () => this.chosen(key));
    const head = document.createElement('th');
    head.scope = 'row';
    head.append(button);
    line.append(head);
    for (const text of [row.level, row.side, '', '', '']) line.insertCell().textContent = text;
    this.body.append(line);
    this.lines.set(key, line);
  }

  write(line, now, was) {
    let changed = false;
    SHOWN.forEach(([field, format], i) => {
      const cell = line.cells[3 + i], value = format(now ? now[field] : null), old = format(was ? was[field] : null);
      const differs = (now?.[field] ?? null) !== (was?.[field] ?? null);
      cell.replaceChildren(value);
      if (differs) {
        const small = document.createElement('small');
        small.textContent = ` before ${old}`;
        cell.append(small);
        changed = true;
      }
    });
    line.classList.toggle('changed', changed);
  }

  light(key) {
    this.body.querySelector('tr.lit')?.classList.remove('lit');
    const line = this.lines.get(key);
    if (!line) return;
    line.classList.add('lit');
    /* Within its box: the page itself stays, so that the picture does. */
    const box = line.closest('.scroll'), head = this.body.previousElementSibling?.offsetHeight ?? 0;
    if (line.offsetTop - head < box.scrollTop) box.scrollTop = line.offsetTop - head;
    else if (line.offsetTop + line.offsetHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = line.offsetTop + line.offsetHeight - box.clientHeight;
  }
}
