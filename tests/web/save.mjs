// Saves an exam as the window does.
// usage: node save.mjs ADDRESS EXAM.json
import assert from 'node:assert/strict';
import fs from 'node:fs';

const [address, file] = process.argv.slice(2), { origin } = new URL(address);
const form = await (await fetch(`${address}exam/form.json`)).json();
assert.equal((await (await fetch(`${address}state.json`)).json()).edits, false);
const answer = await fetch(`${address}exam/save`, {
  method: 'POST', headers: { 'Content-Type': 'application/json', Origin: origin },
  body: JSON.stringify({ revision: form.revision, stamp: form.stamp, exam: JSON.parse(fs.readFileSync(file, 'utf8')) }) });
assert.equal(answer.status, 200, await answer.text());
