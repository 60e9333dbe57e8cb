import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodePath, normalizePath, normalizeRequestPath, UNMATCHABLE_PATH } from '#gateway/uri.js';

const RESERVED = "!*'();:@&=+$,/?%#[]";
const UNRESERVED = 'ABCxyz019-._~';

/** Paths as they come in a request (a character a byte) and their normal form; undefined for what is malformed. */
const REQUESTS: readonly (readonly [raw: string, normal: string | undefined])[] = [
  ['/', '/'],
  ['/a/b', '/a/b'],
  ['/a/b/', '/a/b/'],
  ['//a///b//', '/a/b/'],
  ['/./a', '/a'],
  ['/a/.', '/a/'],
  ['/a/./b', '/a/b'],
  ['/a/..', '/'],
  ['/a/../', '/'],
  ['/a/b/..', '/a/'],
  ['/a/../b', '/b'],
  ['/a//../b', '/b'],
  ['/...', '/...'],
  ['/a/..b', '/a/..b'],
  ['/.well-known', '/.well-known'],
  ['/..', undefined],
  ['/../a', undefined],
  ['/a/../../b', undefined],
  ['/%2e/a', '/a'],
  ['/a/%2E%2e/b', '/b'],
  ['/%2e%2e/a', undefined],
  ['/a%2fb', '/a%2Fb'],
  ['/a/..%2fb', '/a/..%2Fb'],
  ['/%61%7e', '/a~'],
  ['/%3a%3A', '/%3A%3A'],
  ['/a%20b', '/a b'],
  ['/%22%5c', '/"\\'],
  ['/%25', '/%25'],
  ['/%2561', '/%2561'],
  ['/a+b', '/a+b'],
  ['/a;b=c,d', '/a;b=c,d'],
  ['/%C3%A9', '/é'],
  ['/\u00c3\u00a9', '/é'],
  ['/%e4%bd%a0', '/你'],
  ['/%F0%9F%98%80', '/😀'],
  ['/%FF', UNMATCHABLE_PATH],
  ['/\u00e9', UNMATCHABLE_PATH],
  ['/%C3', UNMATCHABLE_PATH],
  ['/%ED%A0%80', UNMATCHABLE_PATH],
  ['/%EF%BB%BFa', '/\ufeffa'],
  ['/%', undefined],
  ['/%2', undefined],
  ['/%zz', undefined],
  ['/%2g', undefined],
  ['/%00', undefined],
  ['/a\u0001', undefined],
  ['/a\u007f', undefined],
  ['/a\tb', undefined],
];

describe('normalizeRequestPath', () => {
  for (const [raw, normal] of REQUESTS) {
    it(`makes ${JSON.stringify(raw)} ${JSON.stringify(normal)}`, () => {
      assert.equal(normalizeRequestPath(raw), normal);
    });
  }

  it('leaves every encoded reserved character encoded, in upper case', () => {
    for (const character of RESERVED) {
      const upper = percent(character.charCodeAt(0));
      assert.equal(normalizeRequestPath(`/x${upper.toLowerCase()}y`), `/x${upper}y`);
    }
  });

  it('decodes every unreserved character', () => {
    for (const character of UNRESERVED) {
      assert.equal(normalizeRequestPath(`/x${percent(character.charCodeAt(0))}y`), `/x${character}y`);
    }
  });

  it('gives a form that it leaves as it is', () => {
    for (const [raw, normal] of REQUESTS) {
      if (normal === undefined || normal === UNMATCHABLE_PATH) continue;
      assert.equal(normalizeRequestPath(encodePath(normal)), normal, raw);
    }
  });
});

describe('normalizePath', () => {
  for (const [path, normal] of [
    ['/é', '/é'],
    ['/%C3%A9/', '/é/'],
    ['/a//b/../ü', '/a/ü'],
    ['/a b', '/a b'],
    ['/%zz', undefined],
  ] as const) {
    it(`makes ${path} of a config ${normal}`, () => {
      assert.equal(normalizePath(path), normal);
    });
  }
});

describe('encodePath', () => {
  for (const [path, encoded] of [
    ['/a/b', '/a/b'],
    [`/${RESERVED}${UNRESERVED}`, `/${RESERVED}${UNRESERVED}`],
    ['/a b', '/a%20b'],
    ['/"<>\\^`{|}', '/%22%3C%3E%5C%5E%60%7B%7C%7D'],
    ['/é', '/%C3%A9'],
    ['/😀', '/%F0%9F%98%80'],
    ['/%2F', '/%2F'],
  ] as const) {
    it(`writes ${path} as ${encoded}`, () => {
      assert.equal(encodePath(path), encoded);
    });
  }
});

function percent(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
