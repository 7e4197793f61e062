// Paints in the viewer by keys until it is killed; prints how many strokes the page knows to be answered.
// usage: node paint.mjs CHROMIUM ADDRESS
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../web/', import.meta.url))('playwright-core');
const [program, address] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: program,
  args: ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-sandbox',
         ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
});
const page = await browser.newPage();
page.on('dialog', (dialog) => dialog.accept().catch(() => {}));
await page.goto(address);
await page.waitForFunction(() => window.fascicle);
await page.uncheck('#lock');
await page.focus('#gl');
for (let k = 0; ; k++) {
  const known = await page.evaluate(() => fascicle.page.state.revision);
  /* Painted, then erased at the same place: each press changes something. */
  if (k) await page.keyboard.press('e');
  if (k % 2 === 0) await page.keyboard.press(['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown'][(k >> 4) % 4]);
  await page.keyboard.press(k % 11 === 10 ? 'Control+z' : ' ');
  await page.waitForFunction((n) => fascicle.page.state.revision > n, known, { timeout: 1500 }).catch(() => {});
  console.log(await page.evaluate(() => fascicle.page.state.revision));
}
