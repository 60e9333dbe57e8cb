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

/** Entities of the recorded configs that are not loaded yet: left out of every row, and rows about them are skipped. */
const NOT_YET = ['upstreams', 'consumers', 'plugins'];

const rows: readonly Row[] = JSON.parse(readFileSync(fixture('conformance', 'config-verdicts.json'), 'utf8'));
const differences: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(fixture('config', 'differences.json'), 'utf8'),
);

function issuesOf({ config }: Row): readonly ConfigIssue[] {
  const kept = Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_YET.includes(key)));
  try {
    loadConfig({ file: 'kong.json', text: JSON.stringify(kept, null, 2) });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}

/** `services.0.routes.1.hosts.0 = "a,b"` → `services[0].routes[1].hosts[0]`. */
function mutatedPath(what: string): string {
  return (what.split(' = ')[0] ?? '').replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]');
}

describe('configs Kong has judged, one mutation each', () => {
  const inScope = [...rows.entries()].filter(
    ([, { what }]) => !NOT_YET.includes(what.split(/[. ]/)[0] ?? ''),
  );

  it('are all there', () => {
    assert.equal(rows.length, 490);
    assert.equal(inScope.length, 308);
    for (const row of Object.keys(differences)) assert.ok(rows[Number(row)], `row ${row} is gone`);
  });

  for (const [index, row] of inScope) {
    const different = differences[index] !== undefined;
    it(`${index}: ${row.what} is ${row.accepted ? 'accepted' : 'refused'}${different ? ', not by us' : ''}`, () => {
      const issues = issuesOf(row);
      const told = issues.map(({ path, message }) => `${path}: ${message}`);
      if (row.accepted !== different) return assert.deepEqual(told, []);
      const [first] = issues;
      assert.ok(first, 'no issue');
      const path = mutatedPath(row.what);
      // Without any service, the first thing wrong is what needed one.
      if (row.what === 'services = undefined') return assert.equal(first.path, 'routes[0].service');
      const named = first.path === path || path.startsWith(`${first.path}[`);
      assert.ok(named, `the first issue should be at ${path}: ${told.join('; ')}`);
      assert.equal(issues.length, 1, `one mistake, one issue: ${told.join('; ')}`);
    });
  }
});
