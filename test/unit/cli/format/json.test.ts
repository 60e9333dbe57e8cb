import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatJson } from '#gateway/cli/format/json.js';
import { error, report } from './sample.js';

describe('the JSON rendering', () => {
  it('is a list of files, with every key of every issue', () => {
    assert.deepEqual(JSON.parse(formatJson([report()])), [
      {
        file: 'teams/a b,c.yaml',
        valid: false,
        issues: [
          {
            ...{ code: 'unused-upstream', severity: 'warning', file: 'teams/a b,c.yaml', line: 3, column: 1 },
            ...{ entity: null, name: null, field: '', message: 'no service has this upstream as its host' },
            hint: null,
          },
          {
            ...{ code: 'wrong-type', severity: 'error', file: 'teams/a b,c.yaml', line: 12, column: 12 },
            ...{ entity: 'service', name: 'users', field: 'retries', message: error.message },
            hint: 'write a whole number',
          },
        ],
      },
    ]);
  });

  it('is an empty list for a file without issues', () => {
    const text = formatJson([report({ valid: true, issues: [] })]);
    assert.deepEqual(JSON.parse(text), [{ file: 'teams/a b,c.yaml', valid: true, issues: [] }]);
  });

  it('has flattened errors where they were asked for', () => {
    const flattenedErrors = [
      { entity_type: 'service', errors: [{ type: 'entity', message: 'no' } as const] },
    ];
    const [file] = JSON.parse(formatJson([report({ flattenedErrors })]));
    assert.deepEqual(file.flattened_errors, flattenedErrors);
  });
});
