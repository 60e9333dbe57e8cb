import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseConfig } from '#gateway/config/parse.js';
import { wholeSchema } from '#gateway/config/schema-bundle.js';
import { root } from '../../helpers/root.js';

const validate = new Ajv2020({ strict: false }).compile(wholeSchema());

function accepts(text: string): boolean {
  return validate(parseConfig({ file: 'kong.yaml', text: `_format_version: "3.0"\n${text}` }).value);
}

describe('the schema of a whole file', () => {
  it('accepts the examples', () => {
    const files = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.yaml'))) {
      const { value } = parseConfig({ file, text: readFileSync(join(root, 'examples', file), 'utf8') });
      assert.ok(validate(value), `${file}: ${JSON.stringify(validate.errors)}`);
    }
  });

  for (const [what, text, expected] of [
    [
      'a plugin anywhere',
      'services:\n- {host: a, plugins: [{name: rate-limiting, config: {minute: 5}}]}',
      true,
    ],
    [
      'settings without those that have a default',
      'plugins:\n- {name: rate-limiting, config: {minute: 5, policy: redis, redis: {host: a}}}',
      true,
    ],
    ['a field nobody knows', 'services:\n- {host: a, hots: b}', false],
    ['a setting nobody knows', 'plugins:\n- {name: rate-limiting, config: {minutes: 5}}', false],
    [
      'a setting of a wrong type, nested',
      'consumers:\n- {username: a, plugins: [{name: rate-limiting, config: {minute: x}}]}',
      false,
    ],
  ] as const) {
    it(`${expected ? 'accepts' : 'refuses'} ${what}`, () => assert.equal(accepts(text), expected));
  }
});
