import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flattenErrors } from '#gateway/cli/format/flattened-errors.js';
import type { ConfigIssue } from '#gateway/config/issue.js';
import { error, warning } from './sample.js';

const document = {
  services: [
    {
      name: 'users',
      tags: ['team-a'],
      id: '5f1d6a2e-0000-4000-8000-000000000001',
      routes: [{ hosts: ['a', 'a,b'] }],
    },
  ],
};

function flatten(...issues: readonly ConfigIssue[]) {
  return flattenErrors(issues, () => document);
}

describe('flattened errors', () => {
  it("are grouped by entity, with the entity's name, id and tags", () => {
    assert.deepEqual(flatten(error, { ...error, field: 'port', path: 'services[0].port', message: 'no' }), [
      {
        ...{ entity_type: 'service', entity_id: '5f1d6a2e-0000-4000-8000-000000000001' },
        ...{ entity_name: 'users', entity_tags: ['team-a'] },
        errors: [
          { type: 'field', field: 'retries', message: error.message },
          { type: 'field', field: 'port', message: 'no' },
        ],
      },
    ]);
  });

  it('count the items of lists from 1, as Kong does', () => {
    const { name: _, ...nameless } = error;
    const path = 'services[0].routes[0].hosts[1]';
    const [route] = flatten({ ...nameless, entity: 'route', field: 'hosts[1]', path, message: 'no' });
    assert.deepEqual(route, {
      entity_type: 'route',
      errors: [{ type: 'field', field: 'hosts.2', message: 'no' }],
    });
  });

  it('are of the entity as a whole where there is no field', () => {
    const [service] = flatten({ ...error, field: '', path: 'services[0]', message: 'no' });
    assert.deepEqual(service?.errors, [{ type: 'entity', message: 'no' }]);
  });

  it('leave out warnings and what is in no entity', () => {
    const { entity: _, ...top } = error;
    assert.deepEqual(flatten(warning, { ...error, severity: 'warning' }, top), []);
  });
});
