// Runs feelin beside ours; it speaks as feel_peers.py does. The first argument is its folder.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const resolve = createRequire(process.argv[2] + '/package.json').resolve;
const { evaluate, parseExpression } = await import(pathToFileURL(resolve('feelin')).href);
const CALLS = 20;
let context = null;

function value(text) {
  try {
    return evaluate(text, context).value;
  } catch (error) {
    return { error: String(error.message) };
  }
}

function timed(call, text) {
  call(text, context);
  const begin = performance.now();
  for (let i = 0; i < CALLS; i++) call(text, context);
  return (performance.now() - begin) / CALLS * 1e3;
}

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  let answer;
  if (context === null) {
    context = given.context;
    answer = given.texts.map(value);
  } else {
    answer = {
      whole: given.map(text => timed(evaluate, text)),
      parse: given.map(text => timed(parseExpression, text)),
    };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
