import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '#gateway/config/load.js';

const hash = (text: string): string => loadConfig({ file: 'x', text }).hash;

describe('the hash of a config', () => {
  const yaml =
    '_format_version: "3.0"\nservices:\n- name: a\n  url: http://a.test/x\n  routes:\n  - paths: [/a]\n    headers: {x: ["1"], y: ["2"]}\n';
  const original = hash(yaml);

  const same: readonly (readonly [string, string])[] = [
    ['comments', `# hello\n${yaml}`],
    ['_comment', `_comment: hello\n${yaml}`],
    [
      'JSON',
      '{"services":[{"routes":[{"headers":{"y":["2"],"x":["1"]},"paths":["/a"]}],"url":"http://a.test/x","name":"a"}],"_format_version":"3.0"}',
    ],
    ['a default written out', yaml.replace('  routes', '  retries: 5\n  routes')],
    ['the shorthand written out', yaml.replace('url: http://a.test/x', 'host: a.test\n  path: /x')],
    ['times of creation', yaml.replace('  routes', '  created_at: 5\n  updated_at: 6\n  routes')],
  ];
  for (const [what, text] of same) it(`does not depend on ${what}`, () => assert.equal(hash(text), original));

  const different: readonly (readonly [string, string])[] = [
    ['a value', yaml.replace('[/a]', '[/b]')],
    ['a tag', yaml.replace('  routes', '  tags: [t]\n  routes')],
    ['the order of entities', `${yaml}- name: b\n  host: b\n`],
  ];
  for (const [what, text] of different) it(`depends on ${what}`, () => assert.notEqual(hash(text), original));

  it('depends on the order of entities', () => {
    const services = (order: string) => `{"_format_version":"3.0","services":[${order}]}`;
    assert.notEqual(hash(services('{"host":"a"},{"host":"b"}')), hash(services('{"host":"b"},{"host":"a"}')));
  });
});
