import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { explainCode, ISSUE_CODES } from '#gateway/config/issue-codes.js';
import { loadConfigs } from '#gateway/config/load.js';
import { ROUTE_RULES } from '#gateway/lint/route-rules.js';
import { codesInUse, quotedWords } from '../../helpers/codes-in-use.js';
import { root } from '../../helpers/root.js';

/** Words that stand where a code could stand, and are none. */
const NO_CODES = new Set(['x-code']);

/** The sections of docs/errors.md: what is written about each code. */
const sections = new Map(
  readFileSync(join(root, 'docs', 'errors.md'), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.replace(/^## [\s\S]*/m, '')]),
);

function codesOf(blocks: readonly string[]): readonly string[] {
  const sources = blocks.map((block, index) => ({
    file: `${index}.yaml`,
    text:
      block.includes('_format_version') || !/^\w+:/.test(block) ? block : `_format_version: "3.0"\n${block}`,
  }));
  try {
    return loadConfigs(sources, { rules: ROUTE_RULES }).warnings.map(({ code }) => code);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ code }) => code);
    throw error;
  }
}

describe('the codes of issues', () => {
  it('are all in the table', () => {
    const unknown = [...codesInUse()].filter(
      (code) => !Object.hasOwn(ISSUE_CODES, code) && !NO_CODES.has(code),
    );
    assert.deepEqual(unknown, []);
  });

  it('are all in use', () => {
    const words = quotedWords();
    assert.deepEqual(
      Object.keys(ISSUE_CODES).filter((code) => !words.has(code)),
      [],
    );
  });

  it('are told in a sentence each', () => {
    for (const [code, { title }] of Object.entries(ISSUE_CODES)) {
      assert.match(code, /^[a-z0-9]+(?:-[a-z0-9]+)+$/);
      assert.match(title, /^[A-Z_a-z].*\.$/, code);
    }
    assert.deepEqual(explainCode('constructor'), {
      severity: 'error',
      silenceable: false,
      title: 'constructor.',
    });
  });

  it('are those of docs/errors.md, in the same order', () => {
    assert.deepEqual([...sections.keys()].sort(), Object.keys(ISSUE_CODES).sort());
  });

  for (const [code, { severity, title }] of Object.entries(ISSUE_CODES)) {
    it(`${code} is documented with its title, an example and what to do`, () => {
      const section = sections.get(code) ?? '';
      assert.match(section, new RegExp(`^_${severity}(?: or warning)?_ · `, 'm'));
      assert.ok(section.replaceAll(/\s+/g, ' ').includes(title), title);
      const [, remedy = ''] = section.split(/^_.*\n\n/m);
      assert.ok(remedy.split('```')[0]?.trim() !== '', 'no remedy');
      assert.match(section, /^```(?:yaml|text)\n/m);
      const blocks = Array.from(section.matchAll(/^```yaml\n([\s\S]*?)^```$/gm), ([, block = '']) => block);
      if (blocks.length > 0) assert.ok(codesOf(blocks).includes(code), `${codesOf(blocks)} instead`);
    });
  }
});
