import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { terminalLog } from '#gateway/cli/terminal-log.js';
import { createLogger } from '#gateway/log.js';

function printed(color: boolean, write: (log: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  const terminal = {
    out: () => undefined,
    err: (line: string) => lines.push(line),
    interactive: true,
    color,
  };
  write(createLogger('debug', terminalLog(terminal)));
  return lines;
}

describe('terminalLog', () => {
  it('writes one readable line an entry: time, level, sentence, fields', () => {
    const lines = printed(false, (log) => {
      log.debug({}, 'one');
      log.info({ hash: 'abc', services: 2 }, 'two');
      log.warn({}, 'three');
      log.error({ nested: { a: 1 } }, 'four');
    });
    const clock = /^\d\d:\d\d:\d\d /;
    for (const line of lines) assert.match(line, clock);
    assert.deepEqual(
      lines.map((line) => line.replace(clock, '')),
      ['debug one', 'info  two hash="abc" services=2', 'warn  three', 'error four nested={"a":1}'],
    );
  });

  it('writes where an error came from', () => {
    const lines = printed(false, (log) => log.error({ err: new Error('boom') }, 'failed'));
    assert.match(lines[0] ?? '', /error failed$/);
    assert.match(lines[1] ?? '', /^Error: boom\n\s+at /);
  });

  it('leaves the issues of a config to whoever shows them with their source', () => {
    assert.deepEqual(
      printed(false, (log) => log.error({ issue: { line: 1 } }, 'kong.yaml:1:1: wrong')),
      [],
    );
  });

  it('colours only where colours are wanted', () => {
    const write = (log: ReturnType<typeof createLogger>) => log.error({ a: 1 }, 'text');
    const [plain = ''] = printed(false, write);
    const [colored = ''] = printed(true, write);
    assert.notEqual(colored, plain);
    assert.equal(stripVTControlCharacters(colored).slice(9), plain.slice(9));
  });
});
