/* The pages' picture of all sites, to be touched: a cell goes to its site, the site under the cursor is lit. */
import { getText } from './server.js';

export class Butterfly {
  constructor(box, chosen) {
    Object.assign(this, { box, chosen, lit: '', load: () => getText('butterfly.svg') });
  }

  async refresh() {
    const picture = new DOMParser().parseFromString(await this.load(), 'image/svg+xml').documentElement;
    const held = document.activeElement?.closest?.('[data-site]')?.dataset.site;
    for (const cell of picture.querySelectorAll('[data-site]')) {
      cell.setAttribute('role', 'button');
      cell.setAttribute('tabindex', '0');
      cell.setAttribute('aria-label', cell.querySelector('title').textContent);
      cell.addEventListener('click', () => this.chosen(cell.dataset.site));
      cell.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        this.chosen(cell.dataset.site);
      });
    }
    this.box.replaceChildren(document.adoptNode(picture));
    if (held) this.cell(held)?.focus({ preventScroll: true });
    this.light(this.lit);
  }

  cell(site) { return this.box.querySelector(`[data-site="${CSS.escape(site)}"]`); }

  light(site) {
    this.lit = site;
    this.box.querySelector('.lit')?.classList.remove('lit');
    if (site) this.cell(site)?.classList.add('lit');
  }
}
