/* Makes dist/: the page, its script in one file, and the licences of what is in it. */
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const made = await build({
  entryPoints: ['src/app.js'], outfile: 'dist/app.js', bundle: true, format: 'esm', minify: true,
  legalComments: 'none', target: 'es2022', metafile: true, logLevel: 'warning',
});
for (const name of ['index.html', 'app.css']) cpSync(name, `dist/${name}`);

/* Every package that a file of the bundle comes from, with its own words. */
const packages = new Set(Object.keys(made.metafile.inputs)
  .map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
let text = 'The page of fascicle view holds these packages.\n';
for (const name of [...packages].sort()) {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((f) => /^(licen[cs]e|copying)/i.test(f));
  if (!about.license && !file) throw new Error(`${name} has no licence`);
  text += `\n---- ${name} ${about.version} (${about.license ?? 'see below'})\n`;
  if (file && existsSync(`${folder}/${file}`)) text += readFileSync(`${folder}/${file}`, 'utf8');
}
writeFileSync('dist/licences.txt', text);
