// What the viewer's tests share: a browser that draws without a graphics card, and what must hold of every page.
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
               '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/* Its complaints, and what it asks for that does not begin with address, are collected. */
export async function open(program, address, options = {}) {
  const browser = await chromium.launch({
    executablePath: program, args: process.getuid() === 0 ? ['--no-sandbox', ...quiet] : quiet });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })).newPage();
  const complaints = [], elsewhere = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) complaints.push(m.text()); });
  page.on('pageerror', (e) => complaints.push(String(e)));
  page.on('request', (r) => { if (!/^(data|blob):/.test(r.url()) && !r.url().startsWith(address)) elsewhere.push(r.url()); });
  return { browser, page, complaints, elsewhere };
}

/* No fault that axe knows and nothing wider than the window, at both widths; shots: a folder for pictures. */
export async function axeAt(page, name, shots) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 800 });
    if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png` });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert(wide <= width, `${name} at ${width} px is ${wide} px wide`);
    await page.evaluate(axe);
    const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: 'tag', values } }), rules);
    console.log(`${name} ${width} px: axe ${found.passes.length} passes, ${found.violations.length} violations`);
    assert.deepEqual(found.violations.map((v) => `${v.id} ${v.nodes[0].html}`), []);
  }
}

/* The share of the canvas that is neither black nor the cursor's red. */
export const lit = (page, picture = 'picture') => page.evaluate((name) => {
  const { nv } = window.fascicle[name], { gl } = nv, w = gl.drawingBufferWidth, h = gl.drawingBufferHeight;
  const pixel = new Uint8Array(4 * w * h);
  nv.drawScene();
  gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  let n = 0;
  for (let i = 0; i < pixel.length; i += 4) n += pixel[i + 1] > 40 || pixel[i + 2] > 40;
  return n / (w * h);
}, picture);
