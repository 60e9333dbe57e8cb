import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { warningsOf } from '../../../helpers/lint.js';

function told(...lines: readonly string[]): readonly string[] {
  const text = ['_format_version: "3.0"', 'services:', ...lines, ''].join('\n');
  return warningsOf(text).map(({ code, line }) => `${line} ${code}`);
}

describe('a gateway-ignore comment', () => {
  it('silences a warning on its line', () => {
    assert.deepEqual(told('- name: a # gateway-ignore service-without-routes', '  host: a'), []);
  });

  it('silences a warning on the line below, blank lines and other comments between', () => {
    assert.deepEqual(
      told('# gateway-ignore service-without-routes', '', '# a note', '- name: a', '  host: a'),
      [],
    );
  });

  it('says nothing about other lines', () => {
    const lines = [
      '- name: a # gateway-ignore service-without-routes',
      '  host: a',
      '- name: b',
      '  host: b',
    ];
    assert.deepEqual(told(...lines), ['5 service-without-routes']);
    assert.deepEqual(told('- name: a', '  host: a # gateway-ignore service-without-routes'), [
      '3 service-without-routes',
    ]);
  });

  it('silences the codes it names only, several with commas and with a reason behind', () => {
    const fields = '{name: a, host: a, port: 443}';
    assert.deepEqual(told(`- ${fields} # gateway-ignore protocol-port-mismatch -- no-such-code`), [
      '3 service-without-routes',
    ]);
    assert.deepEqual(told(`- ${fields} # gateway-ignore protocol-port-mismatch, service-without-routes`), []);
  });

  it('is told where it names no code, an unknown one, or an error', () => {
    for (const code of ['', 'no-such-code', 'unknown-field', 'constructor']) {
      assert.deepEqual(told(`- {name: a, host: a, enabled: false} # gateway-ignore ${code}`), [
        '3 bad-ignore',
      ]);
    }
  });

  it('is none inside of a text', () => {
    const text = ['- name: a', '  host: a', '  enabled: false'];
    assert.deepEqual(told(...text, '  _comment: "b # gateway-ignore c"'), []);
    assert.deepEqual(told(...text, "  _comment: 'it''s # gateway-ignore c'"), []);
    assert.deepEqual(
      told(...text, '  _comment: |', '    # gateway-ignore c', '', '    # gateway-ignore d'),
      [],
    );
    assert.deepEqual(told(...text, '  _comment: b# gateway-ignore c'), []);
  });

  it('is one behind a text', () => {
    assert.deepEqual(told('- name: "a" # gateway-ignore c', "  host: 'a'", '  enabled: false'), [
      '3 bad-ignore',
    ]);
  });

  it('is one after a block of text', () => {
    const lines = ['- _comment: |', '    text', '  enabled: false # gateway-ignore c', '  host: a'];
    assert.deepEqual(told(...lines), ['5 bad-ignore']);
  });
});
