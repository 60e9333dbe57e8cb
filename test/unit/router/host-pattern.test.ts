import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHost } from '#gateway/router/host-pattern.js';
import { namer } from '../../helpers/routes.js';

describe("a route's host", () => {
  for (const [host, kind, name, port] of [
    ['a.test', 'plain', 'a.test', undefined],
    ['A.Test', 'plain', 'a.test', undefined],
    ['a.test.', 'plain', 'a.test', undefined],
    ['a.test:8000', 'plain', 'a.test', 8000],
    ['a.test:0', 'plain', 'a.test', 0],
    ['*.a.test', 'suffix', '.a.test', undefined],
    ['*.A.test:1', 'suffix', '.a.test', 1],
    ['*.a.test.', 'suffix', '.a.test', undefined],
    ['a.*', 'prefix', 'a.', undefined],
    ['[::1]', 'plain', '[::1]', undefined],
    ['[::1]:8000', 'plain', '[::1]', 8000],
    ['127.0.0.1:80', 'plain', '127.0.0.1', 80],
  ] as const) {
    it(`${host} is read as ${kind} ${name}, port ${port ?? 'any'}`, () => {
      assert.deepEqual(parseHost(host), { kind, name, port });
    });
  }

  for (const [host, matching, others] of [
    ['a.test', ['a.test'], ['b.test', 'x.a.test', 'a.test.b', 'test', '']],
    ['*.a.test', ['x.a.test', 'y.x.a.test', '.a.test'], ['a.test', 'xa.test', 'x.a.test.b']],
    ['a.*', ['a.test', 'a.b.c', 'a.'], ['a', 'b.a.test', 'aa.test']],
    ['*.test', ['a.test', 'b.a.test'], ['test', 'a.testing']],
  ] as const) {
    it(`${host} matches ${matching.join(', ')} and not ${others.join(', ')}`, () => {
      const name = namer([{ name: 'r', hosts: [host] }]);
      for (const wanted of matching) assert.equal(name({ host: wanted }), 'r', wanted);
      for (const other of others) assert.equal(name({ host: other }), undefined, other);
    });
  }

  it('without a port matches every port', () => {
    const name = namer([{ name: 'r', hosts: ['a.test', '*.b.test'] }]);
    for (const port of [0, 80, 8443]) {
      assert.equal(name({ host: 'a.test', port }), 'r');
      assert.equal(name({ host: 'x.b.test', port }), 'r');
    }
  });

  it('with a port matches that one only', () => {
    const name = namer([{ name: 'r', hosts: ['a.test:81', '*.b.test:81', 'c.test:0'] }]);
    for (const host of ['a.test', 'x.b.test']) {
      assert.equal(name({ host, port: 81 }), 'r');
      assert.equal(name({ host, port: 80 }), undefined);
    }
    assert.equal(name({ host: 'c.test', port: 0 }), 'r');
    assert.equal(name({ host: 'c.test', port: 80 }), undefined);
  });

  it('is found among thousands, each with its own, beside routes for any host', () => {
    const routes = Array.from({ length: 3000 }, (_, index) => ({
      name: `r${index}`,
      hosts: [`h${index}.test`],
    }));
    const name = namer([...routes, { name: 'any', methods: ['PUT'] }]);
    for (const index of [0, 1, 1500, 2999]) assert.equal(name({ host: `h${index}.test` }), `r${index}`);
    assert.equal(name({ host: 'h3000.test' }), undefined);
    assert.equal(name({ host: 'h3000.test', method: 'PUT' }), 'any');
    assert.equal(name({ host: 'h7.test', method: 'PUT' }), 'r7');
  });
});
