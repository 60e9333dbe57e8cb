import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '#gateway/admin/answer.js';
import { buildRoutingTable } from '#gateway/admin/endpoints.js';
import { sampleEntity, sampleKind, sampleRequest, sampleView } from './sample.js';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const C = '00000000-0000-4000-8000-00000000000c';
const D = '00000000-0000-4000-8000-00000000000d';
const UNKNOWN = '00000000-0000-4000-8000-0000000000ff';

const validated: unknown[] = [];
const rules = {
  schema: () => ({ type: 'object', properties: { port: { type: 'integer' } } }),
  validate: (value: unknown) => {
    validated.push(value);
    const bad = typeof value === 'object' && value !== null && 'bad' in value;
    return bad ? [{ field: 'bad', message: 'unknown field' }] : [];
  },
};
const services = sampleKind(
  'services',
  [sampleEntity(B, 'two', ['t']), sampleEntity(A, 'one & only', ['t', 'u'])],
  { rules },
);
const routes = sampleKind(
  'routes',
  [
    sampleEntity(D, 'r-two', null, { service: { id: A } }),
    sampleEntity(C, 'r-one', ['t'], { service: { id: A } }),
    sampleEntity(UNKNOWN.replace('ff', '01'), 'alone', null, { service: null }),
  ],
  { rules, references: { service: 'services' } },
);
const credentials = sampleKind('key_auths', [], {
  path: 'key-auths',
  nestedPath: 'key-auth',
  references: { service: 'services' },
});
const table = buildRoutingTable([services, routes, credentials]);

function send(method: string, target: string, body?: object): Answer {
  return table.answer(sampleRequest(method, target, body), sampleView());
}

function idsOf(answer: Answer): unknown {
  assert.equal(answer.status, 200);
  const { body } = answer;
  assert.ok(typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data));
  return body.data.map((entity: { readonly id: string }) => entity.id);
}

describe('reading entities', () => {
  it('lists a kind by id', () => {
    assert.deepEqual(idsOf(send('GET', '/services')), [A, B]);
    assert.deepEqual(idsOf(send('GET', '/key-auths')), []);
  });

  it('dates what the file does not date from the snapshot, in whole seconds', () => {
    assert.deepEqual(send('GET', '/services/two').body, {
      id: B,
      name: 'two',
      tags: ['t'],
      created_at: 1_700_000_000,
      updated_at: 1_700_000_000,
    });
  });

  const single: readonly (readonly [string, string | undefined])[] = [
    [`/services/${A}`, A],
    [`/services/${A.toUpperCase()}`, A],
    ['/services/one%20%26%20only', A],
    ['/services/one', undefined],
    [`/services/${UNKNOWN}`, undefined],
    [`/services/${A}/routes/${C}`, C],
    ['/services/one%20%26%20only/routes/r-two', D],
    ['/services/two/routes/r-two', undefined],
    ['/services/nope/routes/r-two', undefined],
    ['/services/two/routes/alone', undefined],
    ['/routes/r-two/service', A],
    ['/routes/alone/service', undefined],
    ['/routes/nope/service', undefined],
  ];
  for (const [target, id] of single) {
    it(`${id === undefined ? 'finds nothing' : 'finds one entity'} at ${target}`, () => {
      const { status, body } = send('GET', target);
      assert.equal(status, id === undefined ? 404 : 200);
      assert.equal(typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined, id);
    });
  }

  it('lists what refers to an entity', () => {
    assert.deepEqual(idsOf(send('GET', `/services/${A}/routes`)), [C, D]);
    assert.deepEqual(idsOf(send('GET', '/services/two/routes')), []);
    assert.deepEqual(idsOf(send('GET', '/services/two/key-auth')), []);
    assert.equal(send('GET', '/services/nope/routes').status, 404);
  });

  it('pages a nested list under the path it was asked for', () => {
    const { body } = send('GET', '/services/one%20%26%20only/routes?size=1');
    assert.ok(typeof body === 'object' && body !== null && 'next' in body && typeof body.next === 'string');
    assert.match(body.next, /^\/services\/one%20%26%20only\/routes\?offset=[\w-]+&size=1$/);
    assert.deepEqual(idsOf(send('GET', body.next)), [D]);
  });

  it('filters by tags before it pages', () => {
    assert.deepEqual(idsOf(send('GET', '/services?tags=t,u')), [A]);
    assert.deepEqual(idsOf(send('GET', '/services?tags=u/t')), [A, B]);
    assert.deepEqual(idsOf(send('GET', `/services/${A}/routes?tags=t`)), [C]);
    const { body } = send('GET', '/services?tags=t&size=1');
    assert.ok(typeof body === 'object' && body !== null && 'next' in body && typeof body.next === 'string');
    assert.match(body.next, /&tags=t&size=1$/);
  });

  it('refuses a tag filter that mixes and with or', () => {
    assert.deepEqual(send('GET', '/services?tags=a,b/c'), {
      status: 400,
      body: {
        code: 11,
        name: 'invalid options',
        message: 'invalid option (tags: invalid filter syntax)',
        fields: { tags: 'invalid filter syntax' },
      },
    });
  });

  it('lists tags of every kind', () => {
    const { body } = send('GET', '/tags/t');
    assert.deepEqual(body, {
      data: [
        { entity_name: 'routes', entity_id: C, tag: 't' },
        { entity_name: 'services', entity_id: A, tag: 't' },
        { entity_name: 'services', entity_id: B, tag: 't' },
      ],
      next: null,
    });
  });
});

describe('writing entities', () => {
  const refused: readonly (readonly [string, string, string])[] = [
    ['POST', '/services', "cannot create 'services' entities"],
    ['POST', '/services/two/routes', "cannot create 'routes' entities"],
    ['POST', '/key-auths', "cannot create 'key_auths' entities"],
    ['PUT', '/services/new', "cannot create or update 'services' entities by 'name'"],
    ['PUT', `/services/${UNKNOWN}`, "cannot create or update 'services' entities"],
    ['PUT', '/services/two/routes/new', "cannot create or update 'routes' entities by 'name'"],
    ['PUT', '/routes/r-one/service', "cannot create or update 'services' entities"],
    ['PUT', '/routes/alone/service', "cannot create or update 'services' entities"],
    ['PATCH', '/services/two', "cannot update 'services' entities by 'name'"],
    ['PATCH', `/services/${A}`, "cannot update 'services' entities"],
    ['PATCH', `/services/${A}/routes/r-one`, "cannot update 'routes' entities by 'name'"],
    ['PATCH', '/routes/r-one/service', "cannot update 'services' entities"],
    ['DELETE', '/services/two', "cannot remove 'services' entities by 'name'"],
    ['DELETE', `/services/${A}`, "cannot remove 'services' entities"],
    ['DELETE', `/services/${A}/routes/r-one`, "cannot remove 'routes' entities by 'name'"],
  ];
  for (const [method, target, message] of refused) {
    it(`refuses ${method} ${target}`, () => {
      assert.deepEqual(send(method, target, { port: 1 }), {
        status: 405,
        headers: { Allow: 'GET, HEAD, OPTIONS' },
        body: { code: 12, name: 'operation unsupported', message: `${message} when not using a database` },
      });
    });
  }

  for (const [method, target] of [
    ['PATCH', '/services/nope'],
    ['POST', '/services/nope/routes'],
    ['PUT', '/services/nope/routes/new'],
    ['PATCH', '/services/two/routes/r-one'],
    ['DELETE', '/services/two/routes/r-one'],
    ['DELETE', '/routes/alone/service'],
    ['PATCH', '/routes/alone/service'],
  ] as const) {
    it(`finds nothing to ${method} at ${target}`, () => {
      assert.deepEqual(send(method, target, { bad: 1 }), { status: 404, body: { message: 'Not found' } });
    });
  }

  it('has nothing to do for the DELETE of what is not there', () => {
    assert.deepEqual(send('DELETE', '/services/nope'), { status: 204 });
  });

  it('does not offer to delete an entity through a reference', () => {
    assert.deepEqual(send('DELETE', '/routes/r-one/service').body, { message: 'Method not allowed' });
  });

  it('checks the entity first', () => {
    for (const [method, target] of [
      ['POST', '/services'],
      ['PUT', '/services/new'],
      ['PATCH', '/services/two'],
      ['POST', '/schemas/services/validate'],
    ] as const) {
      const { status, body } = send(method, target, { bad: 1 });
      assert.equal(status, 400);
      assert.deepEqual(JSON.parse(JSON.stringify(body)), {
        code: 2,
        name: 'schema violation',
        message: 'schema violation (bad: unknown field)',
        fields: { bad: 'unknown field' },
      });
    }
  });

  const checked: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/services', { port: 1 }],
    ['PUT', '/services/new', { port: 1, name: 'new' }],
    ['PUT', `/services/${UNKNOWN}`, { port: 1, id: UNKNOWN }],
    ['POST', '/services/two/routes', { port: 1, service: { id: B } }],
    ['PUT', '/services/two/routes/x', { port: 1, service: { id: B }, name: 'x' }],
    ['PATCH', '/services/two', { id: B, name: 'two', tags: ['t'], port: 1 }],
  ];
  for (const [method, target, entity] of checked) {
    it(`${method} ${target} checks the entity as it would be stored`, () => {
      validated.length = 0;
      send(method, target, { port: 1 });
      assert.deepEqual(validated, [entity]);
    });
  }

  it('reads a form as the schema says', () => {
    validated.length = 0;
    const form = { contentType: 'application/x-www-form-urlencoded; charset=utf-8', body: 'port=1&name=x' };
    table.answer({ ...sampleRequest('POST', '/services'), ...form }, sampleView());
    assert.deepEqual(validated, [{ port: 1, name: 'x' }]);
  });

  it('takes no body for an entity without fields', () => {
    validated.length = 0;
    assert.equal(send('POST', '/services').status, 405);
    assert.deepEqual(validated, [{}]);
  });

  for (const body of ['{', '', '[]', 'null', '"x"', '{}x']) {
    it(`refuses the JSON body '${body}'`, () => {
      const request = { ...sampleRequest('POST', '/services'), contentType: 'application/json', body };
      assert.deepEqual(table.answer(request, sampleView()).body, { message: 'Cannot parse JSON body' });
    });
  }

  it('does not check a body of thousands of fields', () => {
    validated.length = 0;
    const body = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, 1]));
    assert.equal(send('POST', '/services', body).status, 400);
    assert.deepEqual(validated, []);
  });

  it('refuses other kinds of bodies', () => {
    for (const contentType of ['text/plain', undefined]) {
      const request = { ...sampleRequest('POST', '/services'), contentType, body: 'x' };
      assert.equal(table.answer(request, sampleView()).status, 415);
    }
  });
});

describe('schemas', () => {
  it('describes a kind that has rules', () => {
    assert.deepEqual(send('GET', '/schemas/services').body, { fields: [{ port: { type: 'integer' } }] });
  });

  it('says which entity or plugin it does not know', () => {
    assert.deepEqual(send('GET', '/schemas/key_auths').body, { message: "No entity named 'key_auths'" });
    assert.deepEqual(send('POST', '/schemas/nope/validate', {}).body, { message: "No entity named 'nope'" });
    assert.deepEqual(send('GET', '/schemas/plugins/nope').body, { message: "No plugin named 'nope'" });
  });

  it('says that a good entity is good', () => {
    assert.deepEqual(send('POST', '/schemas/services/validate', {}), {
      status: 200,
      body: { message: 'schema validation successful' },
    });
  });
});

describe('/endpoints', () => {
  it('lists every path once, nested ones included', () => {
    const { body } = send('GET', '/endpoints');
    assert.ok(typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data));
    assert.equal(new Set(body.data).size, body.data.length);
    for (const path of [
      '/',
      '/services/{services}/routes/{routes}',
      '/routes/{routes}/service',
      '/services/{services}/key-auth',
      '/schemas/{name}/validate',
      '/endpoints',
    ]) {
      assert.ok(body.data.includes(path), path);
    }
  });
});
