import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatPath, type Path, type Span } from '#gateway/config/finding.js';
import { parseConfig } from '#gateway/config/parse.js';
import { readPlainTree, readPlainYaml } from '#gateway/config/plain-yaml.js';
import { locate, type Tree, toValue } from '#gateway/config/tree.js';
import { fixture } from '../../helpers/root.js';

/** What the YAML library makes of a text: an anchor at the end keeps the quick reader out. */
function byLibrary(text: string): unknown {
  const { value, findings } = parseConfig({
    file: 'x.yaml',
    text: `${text}\n${/^ */.exec(text)?.[0]}zz: &anchor 1\n`,
  });
  assert.deepEqual(findings, []);
  const { zz, ...rest } = value ?? {};
  assert.equal(zz, 1);
  return rest;
}

/** Compares the places of all parts with those the library gives. */
function checkPlaces(text: string): void {
  const tree = readPlainTree(text);
  assert.ok(tree !== undefined);
  assert.deepEqual(toValue(tree).value, readPlainYaml(text));
  const library = parseConfig({ file: 'x.yaml', text: `${text}\n${/^ */.exec(text)?.[0]}zz: &anchor 1\n` });
  const visit = (part: Tree, path: Path): void => {
    for (const at of ['key', 'value'] as const) {
      const ours: Span = locate(tree, path, at);
      const theirs: Span = library.locate(path, at);
      assert.equal(ours.start, theirs.start, `${JSON.stringify(text)}: ${at} of ${formatPath(path)}`);
      // The library counts the line break after a block collection in; nothing shows it.
      if (part.kind === 'scalar') assert.equal(ours.end, theirs.end, `${at} of ${formatPath(path)}`);
    }
    if (part.kind === 'sequence')
      for (const [index, item] of part.items.entries()) visit(item, [...path, index]);
    if (part.kind === 'mapping') for (const { key, value } of part.entries) visit(value, [...path, key]);
  };
  visit(tree, []);
}

const READ: readonly string[] = [
  'a: 1',
  'a: "~/users/\\\\d+$"\nb: ["x\\ty", "\\"", "a\\/b"]\nc: "\\\\" # d',
  '# comment\na: b # more\n\n  # indented comment\nc: d#e',
  '---\na: 1\n',
  '  a: 1\n  b:\n    c: 2\n',
  'a:\n- 1\n- two\n-\n- x: 1\n  y: 2\n-   z: 3\n    w: 4\nb: 2',
  'a:\n  - b:\n    - c\n    - d:\n        e: f\n  - g',
  'a:\n  b:\nc:\n',
  'a: ~\nb: null\nc: Null\nd: ""\ne: \'\'\nf: " # "',
  'a: true\nb: Yes\nc: on\nd: OFF\ne: no\nf: y\ng: trueish',
  'a: 0\nb: -7\nc: +7\nd: 007\ne: 10.0.0.1\nf: 1-2\ng: 12:30\nh: v1\ni: 1.2.3',
  'a: http://h:80/p?x=1#frag\nb: ~/users/\\d+$\nc: ~/a(b)[c]{2}\nd: <x>\ne: $HOME\nf: (x)\ng: +x',
  'a: [1, two, "three", \'four\', ~/x, 10.0.0.1, a:1, yes]\nb: []\nc: {}\nd: {x: 1, "y": [a, {z: b}]}\ne: [ a , b ]  # c',
  'a: [[], [[1]], {}]',
  '"quoted key": 1\n\'other key\': 2\nyes: 3\n200: 4\na.b/c-d: 5',
  'a: é\nb: 日本\nc: a, b; c & d * e ! f | g > h \' i " j % k @ l ` m',
  'a: b  \nc:   d',
  'a: b \nc: d   \ne: f  # g',
  'a: b\u00a0\nc: \u{1f600} d',
  'a: it\'s\nb: say "x"',
  'a:   # comment\n  b: 1\nc:\n  # comment\n  - d\n# end',
];

const LEFT: readonly string[] = [
  'a: &x 1',
  'a: *x',
  'a: !t 1',
  'a: |\n  b',
  'a: >\n  b',
  'a: "\\u0041"',
  "a: 'it''s'",
  'a: b\n  c',
  'a: "b"\n  c: d',
  'a: 1\na: 2',
  'a: {b: 1, b: 2}',
  'a: {b:1}',
  'a: [b c]',
  'a: [1,\n  2]',
  'a: [1, ]',
  'a: [1',
  'a: b: c',
  'a: b:',
  'a:\tb',
  'a: b\r\nc: d\r\n',
  'a: 1\n b: 2',
  'a:\n  b: 1\n c: 2',
  'a:\n- b\n c: d',
  '- - a',
  'a:\n- - b',
  '- a',
  'a',
  '',
  '? a\n: b',
  'a: 1\n---\nb: 2',
  'a: 1\n...',
  '%YAML 1.2\n---\na: 1',
  'a: 0x1F',
  'a: 0o7',
  'a: 1.5',
  'a: 1e3',
  'a: .inf',
  'a: 12345678901234567890',
  '<<: {a: 1}',
  '__proto__: 1',
  'a:\n  constructor: 1',
  'a: -',
  'a: - b',
  'a: ? b',
  'a: @b',
  'a: `b',
  'a: %b',
  'a: *',
  'a: "b" c',
  'a: [b] c',
  'a: [b]: c',
  'a: \u0085',
  'a : 1',
];

describe('the quick reader of plain YAML', () => {
  for (const text of READ) {
    it(`reads ${JSON.stringify(text)} as the library does`, () => {
      const value = readPlainYaml(text);
      assert.notEqual(value, undefined);
      assert.deepEqual(value, byLibrary(text));
      checkPlaces(text);
    });
  }

  for (const text of LEFT) {
    it(`leaves ${JSON.stringify(text)} to the library`, () => assert.equal(readPlainYaml(text), undefined));
  }

  it('leaves nesting without end to the library', () => {
    assert.equal(readPlainYaml(`a: ${'['.repeat(100)}${']'.repeat(100)}`), undefined);
    assert.equal(
      readPlainYaml(Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')),
      undefined,
    );
  });

  it('agrees with the library on every readable fixture', () => {
    let read = 0;
    for (const file of readdirSync(fixture('config', 'mistakes')).filter((name) => name.endsWith('.yaml'))) {
      const text = readFileSync(fixture('config', 'mistakes', file), 'utf8');
      const value = readPlainYaml(text);
      if (value === undefined) continue;
      read += 1;
      assert.deepEqual(value, byLibrary(text), file);
    }
    assert.ok(read > 50, `only ${read} read`);
  });

  it('agrees with the library on random mutations', () => {
    const pieces = [
      'a: 1',
      'b:',
      '- c',
      '  ',
      '\n',
      ' ',
      ': ',
      '- ',
      '[x, y]',
      '{k: v}',
      '"q"',
      "'s'",
      '#',
      ' # c',
      'd: ~/x',
      ',',
    ];
    let state = 42;
    const next = (limit: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * limit);
    };
    let read = 0;
    for (let round = 0; round < 20_000; round += 1) {
      let text = 'root: 0\n';
      for (let count = 1 + next(8); count > 0; count -= 1) text += pieces[next(pieces.length)];
      const value = readPlainYaml(text);
      if (value === undefined) continue;
      read += 1;
      assert.deepEqual(value, byLibrary(text), JSON.stringify(text));
    }
    assert.ok(read > 500, `only ${read} read`);
  });
});
