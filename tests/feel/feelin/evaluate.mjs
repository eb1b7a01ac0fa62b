// Reads cases as JSON lines ({text, unary, input}), writes typed results as JSON lines.
// The first argument is the context, a FEEL expression.
import { createInterface } from 'node:readline';
import {
  evaluate, unaryTest, isFunction, isRange,
  FeelDate, FeelTime, FeelDateTime, FeelDuration,
} from 'feelin';

function typed(value, depth = 0) {
  if (depth > 30) return { t: 'deep' };
  if (value === null || value === undefined) return { t: 'null' };
  if (typeof value === 'boolean') return { t: 'boolean', v: value };
  if (typeof value === 'number') return { t: 'number', v: String(value) };
  if (typeof value === 'string') return { t: 'string', v: value };
  if (Array.isArray(value)) return { t: 'list', v: value.map(item => typed(item, depth + 1)) };
  if (value instanceof FeelDate) return { t: 'date', v: String(value) };
  if (value instanceof FeelTime) return { t: 'time', v: String(value) };
  if (value instanceof FeelDateTime) return { t: 'date and time', v: String(value) };
  if (value instanceof FeelDuration) {
    const kind = value.yearsMonths ? 'years and months duration' : 'days and time duration';
    return { t: kind, v: String(value) };
  }
  if (isRange(value)) {
    const ends = [typed(value.start, depth + 1), typed(value.end, depth + 1)];
    return { t: 'range', v: ends, included: [value['start included'], value['end included']] };
  }
  if (isFunction(value) || typeof value === 'function') return { t: 'function' };
  if (Object.getPrototypeOf(value) === Object.prototype) {
    const items = Object.entries(value).map(([key, item]) => [key, typed(item, depth + 1)]);
    return { t: 'context', v: items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) };
  }
  return { t: 'other', v: String(value) };
}

const context = evaluate(process.argv[2] ?? '{}', {}).value;

function answer({ text, unary, input }) {
  try {
    if (!unary) return typed(evaluate(text, context).value);
    const subject = evaluate(input, context).value;
    return typed(unaryTest(text, { ...context, '?': subject }).value);
  } catch (error) {
    return { t: 'error', v: String(error.message).slice(0, 200) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
}
