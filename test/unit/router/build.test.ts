import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildRouter } from '#gateway/router/build.js';
import { loadObject } from '../../helpers/proxy.js';
import { matcher, namer, routeQuery } from '../../helpers/routes.js';

describe('buildRouter', () => {
  it('asks for every property a route gives, and for any of its values', () => {
    const name = namer([
      {
        name: 'r',
        hosts: ['a.test', 'b.test'],
        paths: ['/x', '/y'],
        methods: ['GET', 'PUT'],
        headers: { 'x-a': ['1'] },
      },
    ]);
    const headers = [['X-A', '1']] as const;
    const whole = { host: 'b.test', path: '/y', method: 'PUT', headers };
    assert.equal(name(whole), 'r');
    assert.equal(name({ ...whole, host: 'c.test' }), undefined);
    assert.equal(name({ ...whole, path: '/z' }), undefined);
    assert.equal(name({ ...whole, method: 'POST' }), undefined);
    assert.equal(name({ ...whole, headers: [] }), undefined);
  });

  it('takes a prefix as text, not as segments', () => {
    const name = namer([{ name: 'r', paths: ['/foo'] }]);
    assert.equal(name({ path: '/foobar' }), 'r');
    assert.equal(name({ path: '/fo' }), undefined);
    assert.equal(name({ path: '/FOO' }), undefined);
  });

  it('anchors a regex at the start of the path', () => {
    const name = namer([{ name: 'r', paths: ['~/foo/\\d+'] }]);
    assert.equal(name({ path: '/foo/12/x' }), 'r');
    assert.equal(name({ path: '/x/foo/12' }), undefined);
  });

  it('anchors only the first part of an alternation at the top of a regex, as Kong does', () => {
    const match = matcher([{ name: 'r', paths: ['~/foo|/bar'] }]);
    assert.equal(match({ path: '/foo/x' })?.prefix, '/foo');
    assert.equal(match({ path: '/x/bar' })?.prefix, '/bar');
  });

  it('hands out what matched, and what the groups of a regex caught, by name and by number', () => {
    const match = matcher([{ name: 'r', paths: ['~/u/(?<id>\\d+)(/x)?'] }]);
    const found = match({ path: '/u/42/y' });
    assert.equal(found?.prefix, '/u/42');
    assert.deepEqual(found?.captures, { 1: '42', id: '42' });
  });

  it('knows no prefix for a route without paths', () => {
    const found = matcher([{ name: 'r', hosts: ['a.test'] }])({ host: 'a.test', path: '/x' });
    assert.equal(found?.prefix, undefined);
    assert.equal(found?.captures, undefined);
  });

  it('ignores snis over plain HTTP and asks for them over TLS', () => {
    const name = namer([
      { name: 'r', snis: ['A.test.', 'b.test'], protocols: ['http', 'https'], paths: ['/'] },
    ]);
    assert.equal(name({ scheme: 'http' }), 'r');
    assert.equal(name({ scheme: 'https', sni: 'a.test' }), 'r');
    assert.equal(name({ scheme: 'https', sni: 'c.test' }), undefined);
    assert.equal(name({ scheme: 'https' }), undefined);
  });

  it('leaves out the routes of a disabled service', () => {
    const router = buildRouter(
      loadObject({
        services: [
          { name: 'off', host: 's.test', enabled: false, routes: [{ name: 'a', paths: ['/'] }] },
          { name: 'on', host: 's.test', routes: [{ name: 'b', methods: ['GET'] }] },
        ],
      }),
    );
    assert.equal(router.match(routeQuery({ path: '/' }))?.route.name, 'b');
    assert.equal(router.match(routeQuery({ path: '/', method: 'PUT' })), undefined);
  });

  it('matches a route without a service', () => {
    const router = buildRouter(loadObject({ routes: [{ name: 'r', paths: ['/'] }] }));
    const found = router.match(routeQuery({ path: '/' }));
    assert.equal(found?.route.name, 'r');
    assert.equal(found?.service, null);
  });

  it('gives full ties to the route that stands first in the file', () => {
    const routes = Array.from({ length: 50 }, (_, index) => ({
      name: `r${index}`,
      paths: ['/x', `~/y/(?:${index})?`],
    }));
    for (const [list, first] of [
      [routes, 'r0'],
      [routes.toReversed(), 'r49'],
    ] as const) {
      assert.equal(namer(list)({ path: '/x' }), first);
      assert.equal(namer(list)({ path: '/y/' }), first);
    }
  });

  it('gives ties between host kinds to the route that stands first in the file', () => {
    const wild = [
      { name: 'suffix', hosts: ['*.a.test'] },
      { name: 'prefix', hosts: ['x.a.*'] },
    ];
    const ports = [
      { name: 'with', hosts: ['a.test:80'] },
      { name: 'without', hosts: ['a.test'] },
    ];
    assert.equal(namer(wild)({ host: 'x.a.test' }), 'suffix');
    assert.equal(namer(wild.toReversed())({ host: 'x.a.test' }), 'prefix');
    assert.equal(namer(ports)({ host: 'a.test' }), 'with');
    assert.equal(namer(ports.toReversed())({ host: 'a.test' }), 'without');
  });

  it('gives the same match object for the same prefix every time', () => {
    const match = matcher([{ name: 'r', paths: ['/x'] }]);
    assert.equal(match({ path: '/x/1' }), match({ path: '/x/2' }));
  });

  it('leaves out what speaks a protocol that is not served, on either side', () => {
    const config = loadObject({
      services: [
        { name: 'u', host: 'a', port: 1, protocol: 'udp', routes: [{ name: 'to-udp', paths: ['/a'] }] },
        { name: 'h', host: 'a', routes: [{ name: 'http', protocols: ['http'], paths: ['/'] }] },
      ],
      routes: [{ name: 'tcp', protocols: ['tcp'], destinations: [{ port: 1 }] }],
    });
    const router = buildRouter(config);
    assert.equal(router.match(routeQuery({ path: '/a' }))?.route.name, 'http');
  });
});
