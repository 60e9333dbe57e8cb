import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly name: string;
  readonly version: string;
};

/** The product's name, as in `Server` and `Via`. */
export const PRODUCT = manifest.name;

/** The version of this release, from package.json. */
export const VERSION = manifest.version;

/** `name/version`: the value of `Server` on own answers and the pseudonym in `Via` (RFC 9110, 7.6.3 and 10.2.4). */
export const PRODUCT_TOKEN = `${PRODUCT}/${VERSION}`;

/** What this product adds to the `Via` of a message received in an HTTP version, in Kong's spelling: `1` for 1.0. */
export function viaToken(httpVersion: string): string {
  return `${httpVersion.replace(/\.0$/, '')} ${PRODUCT_TOKEN}`;
}
