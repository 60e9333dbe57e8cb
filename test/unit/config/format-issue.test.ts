import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { formatIssue } from '#gateway/config/format-issue.js';
import type { ConfigIssue } from '#gateway/config/issue.js';

const issue: ConfigIssue = {
  code: 'wrong-type',
  severity: 'error',
  file: 'kong.yaml',
  line: 12,
  column: 12,
  endColumn: 15,
  entity: 'service',
  name: 'users',
  field: 'retries',
  path: 'services[0].retries',
  message: 'expected an integer (got "x")',
  hint: 'write a whole number',
  source: '  retries: "x"',
};

describe('formatIssue', () => {
  it('names place, entity and field, shows the line, and says what to write', () => {
    assert.equal(
      formatIssue(issue, { color: false }),
      [
        'kong.yaml:12:12: error: service "users", field retries: expected an integer (got "x") [wrong-type]',
        '  12 |   retries: "x"',
        '     |            ^^^',
        '     = hint: write a whole number',
      ].join('\n'),
    );
  });

  it('leaves out what is not known', () => {
    const { entity: _, name: __, hint: ___, source: ____, ...rest } = issue;
    assert.equal(
      formatIssue({ ...rest, field: '', severity: 'warning' }, { color: false }),
      'kong.yaml:12:12: warning: expected an integer (got "x") [wrong-type]',
    );
  });

  it('says the same in colour', () => {
    const colored = formatIssue(issue, { color: true });
    assert.notEqual(colored, formatIssue(issue, { color: false }));
    assert.equal(stripVTControlCharacters(colored), formatIssue(issue, { color: false }));
  });

  it('keeps the caret below the text after tabs and wide characters', () => {
    const text = formatIssue({ ...issue, source: '\ta: 😀 "x"', column: 8, endColumn: 11 }, { color: false });
    const [, line = '', caret = ''] = text.split('\n');
    assert.equal([...line].indexOf('"'), caret.indexOf('^'));
    assert.equal(
      caret.trim().length,
      '| ^^^'.length + caret.trim().length - caret.trim().replaceAll(/ +/g, ' ').length,
    );
  });

  it('lets no control character through to the terminal', () => {
    const text = formatIssue(
      { ...issue, name: 'a\u001b[2J', message: 'b\u0007\nc', source: 'd\u001b]0;e' },
      { color: false },
    );
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    assert.equal(text.split('\n').length, 4);
  });
});
