import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatIssue } from '#gateway/config/format-issue.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfig } from '#gateway/config/load.js';
import { fixture } from '../../helpers/root.js';

/** Each file holds a mistake people make; the text beside it is what they get to read. `UPDATE_GOLDEN=1` rewrites it. */
const files = readdirSync(fixture('config', 'mistakes')).filter((file) => !file.endsWith('.txt'));

function report(file: string): string {
  try {
    loadConfig({ file, text: readFileSync(fixture('config', 'mistakes', file), 'utf8') });
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${file} failed with ${String(error)}`);
    return `${error.issues.map((issue) => formatIssue(issue, { color: false })).join('\n\n')}\n`;
  }
  return 'no issue\n';
}

describe('a config with a mistake is explained', () => {
  for (const file of files) {
    it(file, () => {
      const golden = fixture('config', 'mistakes', file.replace(/\.\w+$/, '.txt'));
      const text = report(file);
      assert.notEqual(text, 'no issue\n');
      if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(golden)) writeFileSync(golden, text);
      assert.equal(text, readFileSync(golden, 'utf8'));
    });
  }
});
