import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseEnvFile, readEnvironment } from '#gateway/config/env-file.js';
import { ConfigError } from '#gateway/config/issue.js';
import { ConfigSourceError } from '#gateway/config/source.js';

describe('parseEnvFile', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['A=b', 'b'],
    ['A=', ''],
    ['  export A = b c  ', 'b c'],
    ['A=b # comment', 'b'],
    ['A=b#c', 'b#c'],
    ['A=# comment', ''],
    ['A=x=y', 'x=y'],
    ['A=$HOME', '$HOME'],
    ['A="b # c" # d', 'b # c'],
    ['A=\'b "c" \\n $D\'', 'b "c" \\n $D'],
    ['A="a\\nb\\t\\"c\\" \\\\ \\$D"', 'a\nb\t"c" \\ $D'],
    ['A="-----BEGIN-----\nabc\n-----END-----"', '-----BEGIN-----\nabc\n-----END-----'],
    ["A='two\nlines'\r\n", 'two\nlines'],
    ['A=b\r\n', 'b'],
    ['# c\n\n  # d\nA=b', 'b'],
  ];
  for (const [text, value] of rows) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseEnvFile('f', text), { variables: new Map([['A', value]]), issues: [] });
    });
  }

  it('names every line that is no assignment, without quoting it', () => {
    const text = 'A=1\ns3cret\nB="x\ny" s3cret\nC="s3cret\n';
    const { issues } = parseEnvFile('f', text);
    assert.deepEqual(
      issues.map(({ line, message }) => [line, message]),
      [
        [2, 'this line is no assignment: write NAME=value, or # before a comment'],
        [3, 'the value of B goes on after its quotes: put the whole value into quotes'],
        [4, 'this line is no assignment: write NAME=value, or # before a comment'],
        [5, 'the value of C begins with " and never ends: write " at its end'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(issues), /s3cret/);
  });

  it('counts lines over values that span several, and tells a name set twice', () => {
    const { issues, variables } = parseEnvFile('f', 'A="1\n2\n3"\nB=1\nA=2\nC=it\'s\n');
    assert.deepEqual(
      issues.map(({ line, message }) => [line, message]),
      [
        [5, 'the variable A is set already in line 1: keep one of the two'],
        [6, 'the value of C holds a quote: put the whole value into quotes'],
      ],
    );
    assert.equal(variables.get('B'), '1');
  });
});

describe('readEnvironment', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-file-'));
    writeFileSync(join(folder, 'one'), 'A=one\nB=one\nC=one\n');
    writeFileSync(join(folder, 'two'), '\ufeffB=two\nC=two\n');
    writeFileSync(join(folder, 'bad'), 'nothing\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);

  it('lets later files win, and the environment over all of them', async () => {
    const environment = await readEnvironment([at('one'), at('two')], { C: 'real', D: 'real', E: undefined });
    assert.deepEqual(environment, { A: 'one', B: 'two', C: 'real', D: 'real' });
  });

  it('keeps an empty variable of the environment', async () => {
    assert.equal((await readEnvironment([at('one')], { A: '' }))['A'], '');
  });

  it('refuses files that cannot be read', async () => {
    await assert.rejects(readEnvironment([at('none')], {}), ConfigSourceError);
    await assert.rejects(readEnvironment([at('one'), at('bad')], {}), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual([error.issues[0]?.file, error.issues[0]?.code], [at('bad'), 'bad-env-file']);
      return true;
    });
  });
});
