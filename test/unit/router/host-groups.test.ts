import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '#gateway/config/load.js';
import { Entry } from '#gateway/router/entry.js';
import { HostGroups } from '#gateway/router/host-groups.js';
import { parseHost } from '#gateway/router/host-pattern.js';
import type { Router } from '#gateway/router/router.js';
import { doAtOnce } from '#gateway/steps.js';
import { type Random, randomFrom } from '../../helpers/random.js';
import { routeQuery } from '../../helpers/routes.js';

const [route] = loadConfig({
  file: 'test.yaml',
  text: '{_format_version: "3.0", routes: [{name: r, paths: [/]}]}',
}).routes;

/** An entry that asks for a host and a path's start, and for a method where one is given. */
interface Rule {
  readonly host: string | undefined;
  readonly literal: string;
  readonly method?: string;
}

const HOSTS = [undefined, undefined, 'a.test', 'b.a.test', '*.a.test', '*.test', 'a.*', 'b.a.*', '.a.test'];

describe('HostGroups', () => {
  it('make an index that finds the matching entry of the lowest rank, as a search through all of them does', () => {
    const random = randomFrom(20_261_123);
    for (const count of [0, 1, 5, 20, 100, 500]) {
      for (let round = 0; round < 10; round++) {
        const rules = Array.from({ length: count }, () => randomRule(random));
        const index = indexOf(rules);
        for (let query = 0; query < 200; query++) {
          const path = randomPath(random, 8);
          const host =
            ['a.test', 'b.a.test', 'c.b.a.test', 'a.b', 'b.a.b', '.a.test', 'test', ''][random.int(8)] ?? '';
          const method = random.int(2) === 0 ? 'PUT' : 'GET';
          const wanted = rules.findIndex((rule) => matches(rule, host, path, method));
          assert.equal(rankOf(index, host, path, method), wanted, `${method} ${host} ${path}`);
        }
      }
    }
  });

  it('make an index that finds entries whose literals begin with each other, and those without one', () => {
    const literals = ['/abcdef', '/abcxyz', '/abc', '/abcd', '', '/abcdef'];
    const index = indexOf(
      literals.map((literal, rank) => ({
        host: undefined,
        literal,
        ...(rank === 0 ? { method: 'PUT' } : {}),
      })),
    );
    for (const [path, rank] of [
      ['/abcdef', 2],
      ['/abcxyz/1', 1],
      ['/abc', 2],
      ['/ab', 4],
      ['/', 4],
    ] as const) {
      assert.equal(rankOf(index, 'a.test', path, 'GET'), rank, path);
    }
    assert.equal(rankOf(index, 'a.test', '/abcdefg', 'PUT'), 0);
  });

  it('make an index that runs no regex behind the entry that decides', () => {
    const asked: string[] = [];
    const groups = new HostGroups();
    assert.ok(route);
    const shared = { route, service: null, prefix: undefined };
    for (const [rank, literal] of ['/b', '/', '/b/c', '/b'].entries()) {
      groups.add(
        parseHost('a.test'),
        { ...shared, rank, literal, regex: spyRegex(literal, rank === 1, asked) },
        undefined,
      );
    }
    const index = doAtOnce(groups.build());
    assert.equal(index.match(routeQuery({ host: 'a.test', path: '/b/c/d' }))?.route, route);
    assert.deepEqual(asked, ['/b', '/']);
  });
});

/** A regex that matches or not, and tells when it is asked. */
function spyRegex(name: string, matching: boolean, asked: string[]): RegExp {
  const regex = matching ? /^/ : /^(?!)/;
  regex.exec = (path: string) => {
    asked.push(name);
    return RegExp.prototype.exec.call(regex, path);
  };
  return regex;
}

function indexOf(rules: readonly Rule[]): Router {
  const groups = new HostGroups();
  assert.ok(route);
  for (const [rank, { host, literal, method }] of rules.entries()) {
    const pattern =
      host === undefined ? ({ kind: 'any', name: '', port: undefined } as const) : parseHost(host);
    const parts = { rank, literal, regex: undefined, prefix: literal, route, service: null };
    const methods = method === undefined ? undefined : new Set([method]);
    const none = { port: undefined, headers: undefined, snis: undefined };
    groups.add(pattern, parts, methods === undefined ? undefined : { ...none, methods });
  }
  return doAtOnce(groups.build());
}

/** -1 where nothing matches. */
function rankOf(index: Router, host: string, path: string, method: string): number {
  const match = index.match(routeQuery({ host, path, method }));
  return match instanceof Entry ? match.rank : -1;
}

function matches({ host, literal, method }: Rule, asked: string, path: string, with_: string): boolean {
  if (!path.startsWith(literal) || (method !== undefined && method !== with_)) return false;
  if (host === undefined) return true;
  if (host.startsWith('*')) return asked.endsWith(host.slice(1));
  return host.endsWith('*') ? asked.startsWith(host.slice(0, -1)) : asked === host;
}

function randomRule(random: Random): Rule {
  const method = random.int(3) === 0 ? { method: 'PUT' } : {};
  return {
    host: HOSTS[random.int(HOSTS.length)],
    literal: random.int(20) === 0 ? '' : randomPath(random, 5),
    ...method,
  };
}

/** A few letters, so that many prefixes share their start. */
function randomPath(random: Random, length: number): string {
  return `/${Array.from({ length: random.int(length + 1) }, () => 'ab/é'[random.int(4)]).join('')}`;
}
