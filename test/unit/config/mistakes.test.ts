import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatJson } from '#gateway/cli/format/json.js';
import { formatIssue } from '#gateway/config/format-issue.js';
import { ConfigError, type ConfigIssue } from '#gateway/config/issue.js';
import { loadConfigs } from '#gateway/config/load.js';
import { ROUTE_RULES } from '#gateway/lint/route-rules.js';
import { fixture } from '../../helpers/root.js';

/**
 * Each file holds a mistake people make; beside it stands what they get to read, as text and as JSON.
 * `UPDATE_GOLDEN=1` rewrites both.
 */
const GOLDEN = /\.(?:txt|issues\.json)$/;
const files = readdirSync(fixture('config', 'mistakes')).filter((file) => !GOLDEN.test(file));

function issuesIn(file: string): readonly ConfigIssue[] {
  const text = readFileSync(fixture('config', 'mistakes', file), 'utf8');
  try {
    return loadConfigs([{ file, text }], { rules: ROUTE_RULES }).warnings;
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${file} failed with ${String(error)}`);
    return error.issues;
  }
}

function compare(file: string, extension: string, text: string): void {
  const golden = fixture('config', 'mistakes', file.replace(/\.\w+$/, extension));
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(golden)) writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
}

describe('a config with a mistake is explained', () => {
  it('in many ways', () => assert.ok(files.length >= 125, `${files.length} files`));

  for (const file of files) {
    it(file, () => {
      const issues = issuesIn(file);
      assert.notEqual(issues.length, 0);
      const text = issues.map((issue) => formatIssue(issue, { color: false })).join('\n\n');
      compare(file, '.txt', `${text}\n`);
      const valid = issues.every(({ severity }) => severity === 'warning');
      compare(file, '.issues.json', `${formatJson([{ file, valid, usable: true, issues }])}\n`);
    });
  }
});
