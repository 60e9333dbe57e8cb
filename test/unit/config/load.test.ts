import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfig } from '#gateway/config/load.js';
import { fixture } from '../../helpers/root.js';

const load = (text: string): GatewayConfig => loadConfig({ file: 'kong.yaml', text });
const loadServices = (services: string): GatewayConfig =>
  load(`_format_version: "3.0"\nservices:\n${services}`);

describe('loadConfig', () => {
  it('fills in what Kong fills in', () => {
    const { services, routes, ...rest } = loadServices(
      '- name: a\n  host: a.test\n  routes:\n  - paths: [/a]\n',
    );
    assert.deepEqual(services, [
      {
        id: services[0]?.id,
        name: 'a',
        protocol: 'http',
        host: 'a.test',
        port: 80,
        path: null,
        retries: 5,
        connect_timeout: 60000,
        write_timeout: 60000,
        read_timeout: 60000,
        enabled: true,
        tags: null,
        client_certificate: null,
        ca_certificates: null,
        tls_verify: null,
        tls_verify_depth: null,
        created_at: null,
        updated_at: null,
      },
    ]);
    assert.deepEqual(routes, [
      {
        id: routes[0]?.id,
        name: null,
        protocols: ['http', 'https'],
        methods: null,
        hosts: null,
        paths: ['/a'],
        headers: null,
        snis: null,
        sources: null,
        destinations: null,
        https_redirect_status_code: 426,
        regex_priority: 0,
        strip_path: true,
        path_handling: 'v0',
        preserve_host: false,
        request_buffering: true,
        response_buffering: true,
        tags: null,
        service: { id: services[0]?.id },
        created_at: null,
        updated_at: null,
      },
    ]);
    assert.equal(rest.format_version, '3.0');
    assert.equal(rest.transform, true);
    assert.match(rest.hash, /^[0-9a-f]{32}$/);
    assert.match(rest.document, /^_format_version/);
  });

  it('equals what Kong answers for the recorded config, ids included', () => {
    const { config, exchanges } = JSON.parse(readFileSync(fixture('conformance', 'admin-api.json'), 'utf8'));
    const { _format_version, services, routes } = config;
    const loaded = load(JSON.stringify({ _format_version, services, routes }));
    for (const kind of ['services', 'routes'] as const) {
      const { answer } = exchanges.find(({ path }: { path: string }) => path === `/${kind}`);
      const timeless = (entities: readonly object[]): unknown =>
        entities
          .map((entity) => ({ ...entity, created_at: 0, updated_at: 0 }))
          .sort((a, b) =>
            JSON.stringify(Object.entries(a).sort()).localeCompare(JSON.stringify(Object.entries(b).sort())),
          );
      assert.deepEqual(timeless(loaded[kind]), timeless(answer.data), kind);
    }
  });

  const urls: readonly (readonly [string, readonly [string, string, number, string | null]])[] = [
    ['http://a.test', ['http', 'a.test', 80, null]],
    ['https://a.test', ['https', 'a.test', 443, null]],
    ['https://a.test:80/x/', ['https', 'a.test', 80, '/x/']],
    ['http://a_b:3000/', ['http', 'a_b', 3000, '/']],
    ['http://user:pw@a.test/x?y=1#z', ['http', 'a.test', 80, '/x']],
    ['http://[::1]:8080/x', ['http', '::1', 8080, '/x']],
    ['//a.test', ['http', 'a.test', 80, null]],
    ['//a.test:443', ['https', 'a.test', 443, null]],
  ];
  for (const [url, expected] of urls) {
    it(`takes ${url} apart, over the other fields`, () => {
      const [service] = loadServices(
        `- {url: "${url}", host: other, port: 1, path: /other, protocol: http}\n`,
      ).services;
      assert.deepEqual([service?.protocol, service?.host, service?.port, service?.path], expected);
    });
  }

  it('takes nulls for absent fields, and empty lists and maps for each other', () => {
    const plain = loadServices('- {name: a, host: a, routes: [{name: r, paths: [/a]}]}\n');
    const dumped = load(
      `_format_version: "3.0"\n_transform: null\nroutes: {}\n_comment: x\n_ignore: [1, {a: 2}]\nplugins: []\nupstreams: {}\n_info: {select_tags: [], defaults: {}}
services: [{name: a, host: a, path: null, tags: ~, tls_verify: null, client_certificate: null, retries: null, plugins: [], _comment: y, _ignore: [],
  routes: [{name: r, paths: [/a], hosts: {}, methods: [], headers: [], snis: null, sources: null, service: null, _comment: z}]}]`,
    );
    const [route] = dumped.routes;
    assert.deepEqual([route?.hosts, route?.methods, route?.headers], [[], [], {}]);
    assert.deepEqual({ ...route, hosts: null, methods: null, headers: null }, plain.routes[0]);
    assert.deepEqual(dumped.services, plain.services);
    for (const key of Object.keys(dumped.services[0] ?? {})) assert.doesNotMatch(key, /^_|url|routes/);
  });

  it('keeps the order of the file, nested routes where their service stands', () => {
    const { routes, services } = load(
      '_format_version: "3.0"\nroutes:\n- {name: r1, paths: [/1], service: b}\n- {name: r2, paths: [/2]}\nservices:\n- {name: a, host: a, routes: [{name: r3, paths: [/3]}]}\n- {name: b, host: b, routes: [{name: r4, paths: [/4]}]}\n',
    );
    assert.deepEqual(
      routes.map(({ name }) => name),
      ['r1', 'r2', 'r3', 'r4'],
    );
    const id = (name: string) => services.find((service) => service.name === name)?.id;
    assert.deepEqual(
      routes.map(({ service }) => service?.id),
      [id('b'), undefined, id('a'), id('b')],
    );
  });

  it('follows references by name, by id, and as {name} or {id}', () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const derived = loadServices('- {name: b, host: b}\n').services[0]?.id ?? '';
    const text = `_format_version: "3.0"\nservices:\n- {name: a, id: ${id}, host: a}\n- {name: b, host: b}\nroutes:\n`;
    const references = ['a', id, `{name: a}`, `{id: ${id}}`, 'b', `"${derived}"`, `{id: ${derived}}`];
    const routes = references.map(
      (reference, i) => `- {name: r${i}, paths: [/${i}], service: ${reference}}\n`,
    );
    const served = load(text + routes.join('')).routes.map(({ service }) => service?.id);
    assert.deepEqual(served, [id, id, id, id, derived, derived, derived]);
  });

  it('gives nameless entities ids that outlive restarts and moves, and differ for equal ones', () => {
    const one = '- {host: a}\n';
    const other = '- {host: b}\n';
    const ids = (text: string) => loadServices(text).services.map(({ id }) => id);
    const [a, b] = ids(one + other);
    assert.deepEqual(ids(other + one), [b, a]);
    assert.deepEqual(ids('- {host: a, _comment: x, routes: [{paths: [/]}]}\n'), [a]);
    const twins = ids(one + one);
    assert.equal(twins[0], a);
    assert.notEqual(twins[1], a);
    const routes = loadServices(
      '- {host: a, routes: [{paths: [/]}]}\n- {host: b, routes: [{paths: [/]}]}\n',
    ).routes;
    assert.notEqual(routes[0]?.id, routes[1]?.id);
  });

  it('drops repeated values of sets', () => {
    const [route] = loadServices(
      '- {host: a, routes: [{paths: [/a], methods: [GET, GET, POST], protocols: [http, http]}]}\n',
    ).routes;
    assert.deepEqual([route?.methods, route?.protocols], [['GET', 'POST'], ['http']]);
  });

  it('freezes all it returns', () => {
    const config = loadServices('- {host: a, tags: [x], routes: [{paths: [/a], headers: {a: [b]}}]}\n');
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    assert.ok(frozen(config));
  });

  it('reports all issues at once, in the order of the file', () => {
    const text =
      '_format_version: "3.0"\nroutes:\n- {name: r, service: b, paths: [x]}\nservices:\n- {name: a, host: a, retries: x}\n- {name: a, host: b}\n';
    assert.throws(
      () => load(text),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^invalid config, 4 issues: /);
        assert.deepEqual(
          error.issues.map(({ line, column, entity, name, field, path }) => [
            line,
            column,
            entity,
            name,
            field,
            path,
          ]),
          [
            [3, 22, 'route', 'r', 'service', 'routes[0].service'],
            [3, 33, 'route', 'r', 'paths[0]', 'routes[0].paths[0]'],
            [5, 31, 'service', 'a', 'retries', 'services[0].retries'],
            [6, 10, 'service', 'a', 'name', 'services[1].name'],
          ],
        );
        return true;
      },
    );
  });

  it('tells a thousand issues one by one, and counts the rest', () => {
    const routes = Array.from({ length: 3000 }, (_, i) => `- {name: r${i}, paths: [/], service: none}\n`);
    assert.throws(
      () => load(`_format_version: "3.0"\nroutes:\n${routes.join('')}`),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.issues.length, 1001);
        assert.equal(error.issues.at(-1)?.message, 'and 2000 more issues from here on');
        return true;
      },
    );
  });
});
