import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Path } from '#gateway/config/finding.js';
import { parseConfig } from '#gateway/config/parse.js';

const parse = (text: string) => parseConfig({ file: 'kong.yaml', text });
const codes = (text: string) => parse(text).findings.map(({ code }) => code);

describe('parseConfig', () => {
  it('reads YAML and JSON to the same value', () => {
    const value = { _format_version: '3.0', services: [{ name: 'a', port: 80, enabled: true, path: null }] };
    assert.deepEqual(parse(JSON.stringify(value)).value, value);
    assert.deepEqual(parse(JSON.stringify(value, null, '\t')).value, value);
    const yaml = '_format_version: "3.0"\nservices:\n- name: a\n  port: 80\n  enabled: yes\n  path: ~\n';
    assert.deepEqual(parse(yaml).value, value);
    assert.deepEqual(parse(yaml.replace('name: a', 'name: &x a')).value, value);
    assert.deepEqual(parse(yaml.replaceAll('\n', '\r\n')).value, value);
  });

  const scalars: readonly (readonly [string, unknown])[] = [
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['"yes"', 'yes'],
    ['0o17', 15],
    ['0x1F', 31],
    ['017', 17],
    ['1e3', 1000],
    ['1_000', '1_000'],
    ['2024-01-01', '2024-01-01'],
    ['12:30:45', '12:30:45'],
    ['!!str 12', '12'],
    ['"a\\tb"', 'a\tb'],
    ['|\n  a\n  b', 'a\nb\n'],
    ['>-\n  a\n  b', 'a b'],
  ];
  for (const [text, value] of scalars) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(value)}`, () => {
      assert.deepEqual(parse(`a: ${text}\n`).value, { a: value });
    });
  }

  it('unfolds aliases and merge keys, own and earlier keys first', () => {
    const text = 'x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], c: 3}\nw: *x\n';
    const { value, findings } = parse(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(value, {
      x: { a: 1, b: 1 },
      y: { b: 2, c: 2 },
      z: { c: 3, a: 1, b: 1 },
      w: { a: 1, b: 1 },
    });
    assert.deepEqual(parse('"<<": 1').value, { '<<': 1 });
  });

  it('takes keys as text', () => {
    assert.deepEqual(parse('a: &x 1\n1: b\nyes: c\nnull: d\n1.50: e\n').value, {
      a: 1,
      1: 'b',
      yes: 'c',
      null: 'd',
      '1.50': 'e',
    });
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'empty-file'],
    ['blanks', ' \n\n', 'empty-file'],
    ['a list', '- a\n', 'not-a-mapping'],
    ['a JSON list', '[1]', 'not-a-mapping'],
    ['a text', 'hello', 'not-a-mapping'],
    ['a null', '~', 'not-a-mapping'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'multiple-documents'],
    ['a tab', 'a:\n\tb: 1\n', 'yaml-syntax'],
    ['a repeated key', 'a: 1\na: 2\n', 'duplicate-key'],
    ['a repeated JSON key', '{"a": 1, "a": 2}', 'duplicate-key'],
    ['a repeated key of another spelling', 'a: 1\n"a": 2\n', 'duplicate-key'],
    ['__proto__', 'a: {__proto__: {b: 1}}\n', 'forbidden-key'],
    ['__proto__ in JSON', '{"__proto__": {"b": 1}}', 'forbidden-key'],
    ['constructor', 'constructor: 1\n', 'forbidden-key'],
    ['a mapping as key', '{a: 1}: b\n', 'bad-key'],
    ['an unknown alias', 'a: *b\n', 'unknown-alias'],
    ['a loop', 'a: &a [*a]\n', 'alias-loop'],
    ['a merge loop', 'a: &a {<<: *a}\n', 'alias-loop'],
    ['a merge of a text', 'a: {<<: b}\n', 'bad-merge'],
    ['an unknown tag', 'a: !foo b\n', 'yaml-syntax'],
  ];
  for (const [what, text, code] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(codes(text), [code]));
  }

  it('refuses an alias bomb, and takes thousands of honest aliases', () => {
    const levels = Array.from({ length: 10 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(10)}]`);
    assert.deepEqual(codes(`l0: &l0 [lol]\n${levels.join('\n')}\n`), ['alias-bomb']);
    const many = `x: &x [a, b, c]\ny:\n${'- *x\n'.repeat(20_000)}`;
    assert.deepEqual(codes(many), []);
  });

  const deep: readonly (readonly [string, (depth: number) => string])[] = [
    ['lists', (depth) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['open lists', (depth) => `a: ${'['.repeat(depth)}`],
    ['maps', (depth) => `a: ${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`],
    ['JSON', (depth) => `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`],
    ['dashes', (depth) => `a:\n  ${'- '.repeat(depth)}b`],
    ['keys', (depth) => `${'? '.repeat(depth)}b`],
    [
      'indentation',
      (depth) => Array.from({ length: Math.min(depth, 3000) }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    ],
    [
      'lists in indentation',
      (depth) =>
        Array.from({ length: Math.min(depth, 3000) }, (_, i) => `${' '.repeat(i)}a:\n${' '.repeat(i)}-`).join(
          ' b:\n',
        ),
    ],
  ];
  for (const [what, make] of deep) {
    it(`refuses bottomless ${what}, wherever it stands`, () => {
      for (const depth of [250, 1000, 10_000, 300_000]) {
        const started = process.hrtime.bigint();
        const found = codes(make(depth));
        assert.ok(found[0] === 'too-deep' || found[0] === 'yaml-syntax', `${depth}: ${found.join()}`);
        assert.ok(process.hrtime.bigint() - started < 10_000_000_000n);
      }
    });
  }

  it('takes what is deep but allowed', () => {
    const text = `a: &x ${'['.repeat(90)}${']'.repeat(90)}`;
    assert.deepEqual(codes(text), []);
    assert.deepEqual(
      codes(`a: &x '${'['.repeat(900)}'\nb: |\n${' '.repeat(200)}[[[\n# ${'['.repeat(900)}\n`),
      [],
    );
    assert.deepEqual(codes(`a: &x\n${'- [b, {c: d}]\n- e: [f]\n'.repeat(1000)}`), []);
  });

  it('locates values and keys, through aliases and merges too', () => {
    const text = 'x: &x {a: 1}\ny:\n- {<<: *x, b: 2}\n- *x\nz:\n';
    const { locate } = parse(text);
    const at = (path: Path, what: 'key' | 'value' = 'value'): string => {
      const { start, end } = locate(path, what);
      return `${start}:${text.slice(start, end)}`;
    };
    assert.equal(at(['x', 'a']), '10:1');
    assert.equal(at(['x', 'a'], 'key'), '7:a');
    assert.equal(at(['y', 0, 'b']), '30:2');
    assert.equal(at(['y', 0, 'a']), '10:1');
    assert.equal(at(['y', 1, 'a']), '10:1');
    assert.equal(at(['z']), '38:z');
    assert.equal(at(['y', 0, 'missing']), '18:{<<: *x, b: 2}');
    assert.equal(at(['missing']), '0:');
  });
});
