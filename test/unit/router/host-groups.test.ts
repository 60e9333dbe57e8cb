import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '#gateway/config/load.js';
import type { Entry } from '#gateway/router/entry.js';
import { type Found, PathTree } from '#gateway/router/path-tree.js';
import type { RouteMatch } from '#gateway/router/router.js';
import { routeQuery } from '../../helpers/routes.js';

const [route] = loadConfig({
  file: 'test.yaml',
  text: '{_format_version: "3.0", routes: [{name: r, paths: [/]}]}',
}).routes;

/** An entry that asks for a path's start, and for a method where one is given. */
interface Rule {
  readonly prefix: string;
  readonly method: string | undefined;
}

describe('PathTree', () => {
  it('finds the matching entry of the lowest rank, as a search through all of them does', () => {
    const random = generator(20261123);
    for (let round = 0; round < 20; round++) {
      const rules = Array.from({ length: 500 }, (): Rule => {
        return { prefix: randomPath(random, 5), method: random(3) === 0 ? 'PUT' : undefined };
      });
      const tree = new PathTree();
      for (const [rank, rule] of rules.entries()) tree.add(rule.prefix, entryOf(rule, rank));
      for (let query = 0; query < 500; query++) {
        const path = randomPath(random, 8);
        const method = random(2) === 0 ? 'PUT' : 'GET';
        const wanted = rules.findIndex(
          (rule) => path.startsWith(rule.prefix) && (rule.method === undefined || rule.method === method),
        );
        assert.equal(rankOf(tree, path, method), wanted, `${method} ${path}`);
      }
    }
  });

  it('tells ten thousand prefixes of one stem apart', () => {
    const tree = new PathTree();
    const prefixes = Array.from({ length: 10_000 }, (_, index) => `/api/v1/resource-${index}/`);
    for (const [rank, prefix] of prefixes.entries())
      tree.add(prefix, entryOf({ prefix, method: undefined }, rank));
    for (const [rank, prefix] of prefixes.entries()) assert.equal(rankOf(tree, `${prefix}x`, 'GET'), rank);
    assert.equal(rankOf(tree, '/api/v1/resource-10000/', 'GET'), -1);
    assert.equal(rankOf(tree, '/api/v1/resource-1', 'GET'), -1);
  });

  it('cuts an edge where a later prefix leaves it, or ends on it', () => {
    const tree = new PathTree();
    for (const [rank, prefix] of ['/abcdef', '/abcxyz', '/abc', '/abcd', '', '/abcdef'].entries()) {
      tree.add(prefix, entryOf({ prefix, method: rank === 0 ? 'PUT' : undefined }, rank));
    }
    for (const [path, rank] of [
      ['/abcdef', 2],
      ['/abcxyz/1', 1],
      ['/abc', 2],
      ['/ab', 4],
      ['/', 4],
    ] as const) {
      assert.equal(rankOf(tree, path, 'GET'), rank, path);
    }
    assert.equal(rankOf(tree, '/abcdefg', 'PUT'), 0);
  });

  it('leaves a better match alone', () => {
    const tree = new PathTree();
    tree.add('/a', entryOf({ prefix: '/a', method: undefined }, 7));
    const best: Found = { rank: 3, match: undefined };
    tree.search(routeQuery({ path: '/a' }), best);
    assert.deepEqual(best, { rank: 3, match: undefined });
  });
});

function entryOf({ prefix, method }: Rule, rank: number): Entry {
  assert.ok(route);
  const match: RouteMatch = { route, service: null, prefix, captures: undefined };
  return {
    rank,
    route,
    service: null,
    port: undefined,
    methods: method === undefined ? undefined : new Set([method]),
    headers: undefined,
    snis: undefined,
    regex: undefined,
    match,
  };
}

/** -1 where nothing matches. */
function rankOf(tree: PathTree, path: string, method: string): number {
  const best: Found = { rank: Number.POSITIVE_INFINITY, match: undefined };
  tree.search(routeQuery({ path, method }), best);
  return best.match === undefined ? -1 : best.rank;
}

/** A few letters, so that many prefixes share their start. */
function randomPath(random: (below: number) => number, length: number): string {
  return `/${Array.from({ length: random(length + 1) }, () => 'ab/é'[random(4)]).join('')}`;
}

/** Numbers that are the same in every run: a linear congruential generator (Numerical Recipes' constants). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
