/* The program that serves this page: nothing else is asked for anything. */
import { held, stands } from './held.js';

async function ask(path, body) {
  if (stands) {
    const answer = await held(path);
    return new Response(typeof answer === 'string' || answer instanceof Uint8Array ? answer : JSON.stringify(answer));
  }
  const how = body === undefined ? {} : {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, how);
  } catch {
    throw new Error('Fascicle has ended. Start “fascicle view” again: no stroke that the table has answered is lost.');
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

export const getJson = async (path) => (await ask(path)).json();
export const getBytes = async (path) => new Uint8Array(await (await ask(path)).arrayBuffer());
export const post = async (path, body) => (await ask(path, body)).json();
export const getText = async (path) => (await ask(path)).text();
