import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfigs } from '#gateway/config/load.js';
import { mergeConfigs } from '#gateway/config/merge.js';

const VERSION = { _format_version: '3.0' };

/** The issues of files a, b, …, one line each. */
function issuesOf(...texts: readonly string[]): readonly string[] {
  const sources = texts.map((text, index) => ({ file: 'abc'[index] ?? 'z', text }));
  try {
    loadConfigs(sources);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.issues.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  }
}

describe('mergeConfigs', () => {
  const parts = [
    { ...VERSION, services: [{ name: 'a' }], plugins: null },
    { ...VERSION, routes: [{ name: 'r' }], services: {} },
    { ...VERSION, services: [{ name: 'b' }, { name: 'c' }], plugins: [{ name: 'p' }], _comment: 'x' },
  ];

  it('puts lists one behind the other', () => {
    const { value, findings } = mergeConfigs(structuredClone(parts));
    assert.deepEqual(value, {
      ...VERSION,
      services: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      plugins: [{ name: 'p' }],
      routes: [{ name: 'r' }],
      _comment: 'x',
    });
    assert.deepEqual(findings, []);
  });

  it('knows where everything comes from, and where it went', () => {
    const merged = mergeConfigs(structuredClone(parts));
    const rows = [
      [['services', 0, 'name'], 0, ['services', 0, 'name']],
      [['services', 1], 2, ['services', 0]],
      [['services', 2, 'name'], 2, ['services', 1, 'name']],
      [['plugins', 0], 2, ['plugins', 0]],
      [['routes', 0], 1, ['routes', 0]],
      [['_comment'], 2, ['_comment']],
      [['services'], 0, ['services']],
    ] as const;
    for (const [path, source, own] of rows) {
      assert.deepEqual(merged.originOf(path), { source, path: own }, path.join('.'));
      assert.deepEqual(merged.pathOf({ source, path: own }), path, path.join('.'));
    }
  });

  it('leaves a single config as it is', () => {
    const only = { ...VERSION, services: [] };
    assert.equal(mergeConfigs([only]).value, only);
  });

  it('keeps what is no list, so that it is refused in its file', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const two = [
        { ...VERSION, services: [{ name: 'a', host: 'x' }] },
        { ...VERSION, services: { name: 'b' } },
      ];
      const merged = mergeConfigs(order.map((index) => two[index] ?? {}));
      assert.deepEqual(merged.value['services'], { name: 'b' });
      assert.equal(merged.originOf(['services', 'name']).source, order.indexOf(1));
    }
  });
});

describe('several files', () => {
  const file = (rest: string, version = '"3.0"') => `_format_version: ${version}\n${rest}`;
  const service = (name: string) => `services:\n- {name: ${name}, url: "http://127.0.0.1"}\n`;

  it('are one config, whose references reach over files', () => {
    const { config } = loadConfigs([
      { file: 'a', text: file('routes:\n- {name: r, paths: [/r], service: x}\n') },
      { file: 'b', text: `{"_format_version":"3.0","services":[{"name":"x","host":"h"}]}` },
    ]);
    assert.equal(config.routes[0]?.service?.id, config.services[0]?.id);
  });

  it('name both places of what is defined twice', () => {
    assert.deepEqual(
      issuesOf(file(service('x')), file(`_comment: c\n${service('y')}${service('x').slice(10)}`)),
      ['b:5:10 duplicate name "x": another service has it already, at a:3:10'],
    );
  });

  it('must agree on the format', () => {
    assert.deepEqual(issuesOf(file(service('x')), file(service('y'), '"2.1"')), [
      'b:1:18 the files do not agree on the format: "2.1" here, "3.0" at a:1:18',
    ]);
    assert.deepEqual(issuesOf(file(service('x')), service('y')), ['b:1:1 required field missing']);
    assert.deepEqual(issuesOf(file(service('x')), file(service('y'), '3.0')), [
      'b:1:18 expected a string (got the number 3.0)',
    ]);
  });

  it('must agree on _transform', () => {
    assert.deepEqual(
      issuesOf(file('_transform: false\n'), file('_transform: true\n'), file('_transform: false\n')),
      ['b:2:13 the files do not agree on _transform: true here, false in a:2:13'],
    );
    assert.equal(issuesOf(file('_transform: false\n'), file('')).length, 1);
    assert.equal(issuesOf(file('_transform: true\n'), file('')).length, 0);
  });

  it('have their mistakes told in their order, each in its file', () => {
    assert.deepEqual(
      issuesOf(file('services:\n- {name: a}\n'), file('routes:\n- {name: r}\n'), file('nope: 1\n')).map(
        (line) => line.slice(0, 3),
      ),
      ['a:3', 'b:3', 'c:2'],
    );
    assert.deepEqual(
      issuesOf(file('a: [\n'), file('b: {\n')).map((line) => line.slice(0, 1)),
      ['a', 'b'],
    );
  });
});
