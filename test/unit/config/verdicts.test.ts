import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ConfigError, type ConfigIssue } from '#gateway/config/issue.js';
import { loadConfig } from '#gateway/config/load.js';
import { fixture } from '../../helpers/root.js';

interface Row {
  readonly what: string;
  readonly accepted: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

const rows: readonly Row[] = JSON.parse(readFileSync(fixture('conformance', 'config-verdicts.json'), 'utf8'));
const differences: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(fixture('config', 'differences.json'), 'utf8'),
);

function issuesOf({ config }: Row): readonly ConfigIssue[] {
  try {
    loadConfig({ file: 'kong.json', text: JSON.stringify(config, null, 2) });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.filter(({ severity }) => severity === 'error');
    throw error;
  }
}

/** `services.0.routes.1.hosts.0 = "a,b"` → `services[0].routes[1].hosts[0]`. */
function mutatedPath(what: string): string {
  return (what.split(' = ')[0] ?? '').replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
}

/**
 * Rows whose mutation is fine by itself and leaves something else without what it needs: that is blamed, and rightly.
 */
const CONSEQUENCES: ReadonlyMap<string, readonly string[]> = new Map([
  ['services = undefined', ['routes[0].service', 'plugins[0].service']],
  ['routes = []', ['plugins[1].route']],
  ['routes.0.name = "GET"', ['plugins[1].route']],
]);

describe('configs Kong has judged, one mutation each', () => {
  it('are all there', () => {
    assert.equal(rows.length, 490);
    for (const row of Object.keys(differences)) assert.ok(rows[Number(row)], `row ${row} is gone`);
    for (const what of CONSEQUENCES.keys())
      assert.ok(
        rows.some((row) => row.what === what),
        what,
      );
  });

  for (const [index, row] of rows.entries()) {
    const different = differences[index] !== undefined;
    it(`${index}: ${row.what} is ${row.accepted ? 'accepted' : 'refused'}${different ? ', not by us' : ''}`, () => {
      const issues = issuesOf(row);
      const told = issues.map(({ path, message }) => `${path}: ${message}`);
      if (row.accepted !== different) return assert.deepEqual(told, []);
      const [first] = issues;
      assert.ok(first, 'no issue');
      const consequences = CONSEQUENCES.get(row.what);
      if (consequences !== undefined) {
        return assert.deepEqual(
          issues.map((issue) => issue.path),
          consequences,
        );
      }
      const path = mutatedPath(row.what);
      const named = first.path === path || path.startsWith(`${first.path}[`);
      assert.ok(named, `the first issue should be at ${path}: ${told.join('; ')}`);
      assert.equal(issues.length, 1, `one mistake, one issue: ${told.join('; ')}`);
    });
  }
});
