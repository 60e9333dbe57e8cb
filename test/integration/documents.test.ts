import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfigs } from '#gateway/config/load.js';
import { makeCertificate } from '../helpers/certificate.js';
import { root } from '../helpers/root.js';

function read(...parts: readonly string[]): string {
  return readFileSync(join(root, ...parts), 'utf8');
}

const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.(ya?ml|json)$/.test(file),
);
/** The variables that they name. */
const shop = makeCertificate({ commonName: 'shop.example.com' });
const environment = { SHOP_CERT: shop.cert, SHOP_KEY: shop.key };
const snippets = Array.from(read('README.md').matchAll(/```yaml\n([\s\S]*?)```/g), ([, text = '']) => text);

describe('the configs we show', () => {
  it('are there', () => {
    assert.ok(examples.length > 0);
    assert.ok(snippets.length > 0);
  });

  for (const file of examples) {
    it(`load: examples/${file}`, () => {
      assert.deepEqual(loadConfigs([{ file, text: read('examples', file) }], { environment }).warnings, []);
    });
  }

  for (const [index, text] of snippets.entries()) {
    it(`load: number ${index + 1} of README.md`, () => {
      assert.deepEqual(loadConfigs([{ file: 'README.md', text }]).warnings, []);
    });
  }
});

describe('README.md', () => {
  it('links to files that exist', () => {
    const links = Array.from(read('README.md').matchAll(/\]\(([^)#:]+)\)/g), ([, link = '']) => link);
    assert.ok(links.length > 5);
    assert.deepEqual(
      links.filter((link) => !existsSync(join(root, link))),
      [],
    );
  });

  it('names every command', () => {
    const readme = read('README.md');
    const main = read('src', 'cli', 'main.ts');
    const commands = Array.from(main.matchAll(/\.command\('([a-z]+)/g), ([, command = '']) => command);
    assert.ok(commands.length > 5);
    for (const command of commands) assert.ok(readme.includes(`gateway ${command}`), command);
  });
});
