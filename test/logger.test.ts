import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createLogger } from '../src/logger.ts';

function logTo(isTTY: boolean, level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  return { lines, log: createLogger(level, { isTTY, write: (text) => lines.push(text) }) };
}

const FAILURE = new Error('it is not there');

test('a log is one readable line per message on a terminal, one JSON object per line elsewhere', () => {
  const [terminal, pipe] = [logTo(true), logTo(false)];
  for (const { log } of [terminal, pipe]) log.info({ url: 'http://localhost:4000' }, 'listening');
  expect(terminal.lines).toHaveLength(1);
  expect(terminal.lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\].*INFO.*listening.*http:\/\/localhost:4000.*\n$/);
  expect(JSON.parse(pipe.lines[0] ?? '')).toMatchObject({ msg: 'listening', url: 'http://localhost:4000' });
});

test('a terminal shows fields as key=value, without JSON', () => {
  const { lines, log } = logTo(true);
  log.info({ path: '/graphql', operation: { type: 'query' }, status: 200, file: 'a b.md' }, 'request');
  // oxlint-disable-next-line no-control-regex
  expect(lines.join('').replaceAll(/\u001b\[\d+m/g, '')).toMatch(
    /^\[[\d:]+\] INFO: request path=\/graphql operation\.type=query status=200 file="a b\.md"\n$/,
  );
});

test('what is logged cannot command a terminal', () => {
  const { lines, log } = logTo(true);
  log.warn({ file: 'a\u009b31m', err: new Error('b\u001b]0;title\u0007c') }, 'not read');
  // Colours of our own are all that is left.
  // oxlint-disable-next-line no-control-regex
  expect(lines.join('').replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[^\P{Cc}\n]/u);
});

test('a warning has no stack, an error has one, and level debug shows all', () => {
  const stacks = (['info', 'debug'] as const).map((level) => {
    const { lines, log } = logTo(false, level);
    log.warn({ err: FAILURE }, 'trying again');
    log.error({ err: FAILURE }, 'failed');
    return lines.map((line) => typeof (JSON.parse(line) as { err: { stack?: string } }).err.stack);
  });
  expect(stacks).toEqual([
    ['undefined', 'string'],
    ['string', 'string'],
  ]);
  const terminal = logTo(true);
  terminal.log.warn({ err: FAILURE }, 'trying again');
  expect(terminal.lines.join('').trim().split('\n')).toHaveLength(1);
});

test('lines for a file or pipe are written together after the turn of the event loop that logged them', async () => {
  const written: string[] = [];
  const log = createLogger('info', { fd: 2, write: (text) => written.push(text) });
  log.info('first');
  log.error('second');
  expect(written).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  log.info('third');
  await new Promise((resolve) => setImmediate(resolve));
  const messages = written.map((text) => text.match(/(?<="msg":")\w+/g));
  expect(messages).toEqual([['first', 'second'], ['third']]);
});

test.each(['process.exit(3)', "throw new Error('crash')"])('a line before %s is written', async (end) => {
  const logger = new URL('../dist/logger.js', import.meta.url).href;
  const script = `import { createLogger } from '${logger}';
    createLogger('info', process.stderr).info('the last line'); ${end};`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('the last line') as string });
});
