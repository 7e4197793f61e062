// The three pages as a browser shows and prints them: axe-core finds no violation, nothing is cut or too wide, the
// person's page prints on two sheets of A4 at most and the clinic's on one.
// usage: node check.mjs CHROMIUM PAGE...
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const [program, ...pages] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const sheets = { person: 2, clinic: 1 };
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
               '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({
  executablePath: program, args: process.getuid() === 0 ? ['--no-sandbox', ...quiet] : quiet });
let faults = 0;
const fault = (text) => { console.log('FAULT ' + text); faults++; };

// Boxes that scroll sideways, and text under 11 px, at this width.
const measure = () => ({
  width: document.documentElement.scrollWidth,
  cut: [...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.getAttribute('aria-label')),
  small: [...document.querySelectorAll('p, li, td, th, dt, dd, figcaption, summary')]
    .filter((e) => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 11).length,
});

// A table is sorted by the key on a column's name, under the page's own policy; what is not known stays last.
async function checkSort(file) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on('console', (m) => said.push(m.text()));
  await page.goto('file://' + file);
  const table = page.locator('table.sort').first(), head = table.locator('th').nth(2);
  for (const way of ['ascending', 'descending']) {
    await head.locator('button').press('Enter');
    if ((await head.getAttribute('aria-sort')) !== way) fault(`group: the table is not sorted, ${way}`);
    const cells = await table.locator('tbody tr td:nth-child(3)').allTextContents();
    const n = cells.map(parseFloat).filter((x) => !isNaN(x)), sign = way === 'ascending' ? 1 : -1;
    if (n.some((x, i) => i && sign * (x - n[i - 1]) < 0)) fault(`group: ${way} is not in order: ${n}`);
    if (cells.slice(0, n.length).some((x) => isNaN(parseFloat(x)))) fault('group: the unknown is not last');
  }
  for (const text of said) fault(`group says ${text}`);
  await context.close();
}

for (const file of pages) {
  if (file.endsWith('group.html')) await checkSort(file);
  const reader = /desc-([a-z]+)_report/.exec(file)?.[1] ?? 'group';
  for (const width of [1200, 390]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
    const page = await context.newPage();
    await page.goto('file://' + file);
    const seen = await page.evaluate(measure);
    if (seen.width > width) fault(`${reader} at ${width} px is ${seen.width} px wide`);
    if (width === 1200) for (const label of seen.cut) fault(`${reader} at ${width} px cuts "${label}"`);
    if (seen.small) fault(`${reader} at ${width} px has ${seen.small} texts under 11 px`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((e) => { e.open = true; }));
    await page.evaluate(axe);
    const result = await page.evaluate((values) => axe.run(document, { runOnly: { type: 'tag', values } }), rules);
    for (const v of result.violations) fault(`${reader} at ${width} px: ${v.id} (${v.impact}) ${v.nodes[0].html}`);
    console.log(`${reader} ${width} px: axe ${result.passes.length} passes, ${result.violations.length} violations`);
    if (width === 1200) {
      await page.reload(); // as it is opened: details closed
      const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
      const n = (pdf.match(/\/Type\s*\/Page\b/g) ?? []).length;
      console.log(`${reader} prints on ${n} sheets`);
      if (n < 1 || n > (sheets[reader] ?? 100)) fault(`${reader} prints on ${n} sheets`);
    }
    await context.close();
  }
}
await browser.close();
process.exit(faults ? 1 : 0);
