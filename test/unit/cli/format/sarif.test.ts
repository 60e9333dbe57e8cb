import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSarif } from '#gateway/cli/format/sarif.js';
import { error, report, warning } from './sample.js';

describe('the SARIF rendering', () => {
  const log = JSON.parse(formatSarif([report()]));
  const [run] = log.runs;

  it('says which version of the format it is, and who wrote it', () => {
    assert.equal(log.version, '2.1.0');
    assert.match(log.$schema, /sarif-2\.1\.0/);
    assert.equal(run.tool.driver.name, 'dbless-gateway');
    assert.match(run.tool.driver.semanticVersion, /^\d+\.\d+\.\d+/);
    assert.equal(run.columnKind, 'utf16CodeUnits');
  });

  it('has a rule with help for every code that occurs, and no other', () => {
    const ids = run.tool.driver.rules.map(({ id }: { readonly id: string }) => id);
    assert.deepEqual(ids, ['unused-upstream', 'wrong-type']);
    assert.deepEqual(run.tool.driver.rules[0].defaultConfiguration, { level: 'warning' });
    assert.match(run.tool.driver.rules[1].help.markdown, /\(docs\/errors\.md#wrong-type\)/);
  });

  it('places every result, and names its rule', () => {
    const [first, second] = run.results;
    assert.deepEqual([first.ruleId, first.ruleIndex, first.level], ['unused-upstream', 0, 'warning']);
    assert.deepEqual([second.ruleId, second.ruleIndex, second.level], ['wrong-type', 1, 'error']);
    assert.deepEqual(second.locations[0], {
      physicalLocation: {
        artifactLocation: { uri: 'teams/a%20b%2Cc.yaml' },
        region: { startLine: 12, startColumn: 12, endColumn: 15 },
      },
      logicalLocations: [{ fullyQualifiedName: 'services[0].retries', kind: 'element' }],
    });
    assert.deepEqual(first.locations[0].physicalLocation.region, { startLine: 3, startColumn: 1 });
  });

  it('writes absolute paths as file URIs', () => {
    const issues = [{ ...error, file: '/etc/kong/kong #1.yaml' }];
    const absolute = JSON.parse(formatSarif([report({ issues })]));
    const { uri } = absolute.runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    assert.equal(uri, 'file:///etc/kong/kong%20%231.yaml');
  });

  it('keeps the fingerprint of a mistake that moves to another line', () => {
    const fingerprints = [
      error,
      { ...error, line: 99, path: 'services[7].retries' },
      { ...error, name: 'x' },
    ].map((issue) => {
      const moved = JSON.parse(formatSarif([report({ issues: [issue] })]));
      return moved.runs[0].results[0].partialFingerprints['subject/v1'];
    });
    assert.equal(fingerprints[0], fingerprints[1]);
    assert.notEqual(fingerprints[0], fingerprints[2]);
  });

  it('says that a file could not be read', () => {
    const broken = JSON.parse(formatSarif([report({ usable: false, issues: [warning] })]));
    assert.equal(broken.runs[0].invocations[0].executionSuccessful, false);
    assert.equal(run.invocations[0].executionSuccessful, true);
  });
});
