import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/** How codes are written: as a property or constant, as an argument of what makes a finding, in a schema. */
const IN_SOURCE = [
  /\bcode(?::| =) ([^\n]*)/g,
  /\b(?:report|issueAt|contentError|warning|issue|unusable|breach)\(([^\n]*(?:\n[^\n]*){0,3})/g,
];
const IN_SCHEMA = /"x-code": "([a-z-]+)"/g;
const CODE = /'([a-z][a-z0-9]*(?:-[a-z0-9]+)+)'/g;
const TABLE = 'issue-codes.ts';

function filesIn(folder: string, extension: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension) && !file.endsWith(TABLE))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'));
}

/** Everything that stands in the sources where a code would stand. */
export function codesInUse(): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const text of [
    ...filesIn('src/config', '.ts'),
    ...filesIn('src/lint', '.ts'),
    ...filesIn('src/cli', '.ts'),
  ]) {
    for (const pattern of IN_SOURCE) {
      for (const [, rest = ''] of text.matchAll(pattern)) {
        const [first] = rest.matchAll(CODE);
        for (const found of pattern === IN_SOURCE[0]
          ? rest.matchAll(CODE)
          : first === undefined
            ? []
            : [first]) {
          codes.add(found[1] ?? '');
        }
      }
    }
  }
  for (const text of filesIn('schemas', '.json')) {
    for (const [, code = ''] of text.matchAll(IN_SCHEMA)) codes.add(code);
  }
  return codes;
}

/** Every quoted word of the sources and schemas with a dash in it. */
export function quotedWords(): ReadonlySet<string> {
  const texts = [...filesIn('src', '.ts'), ...filesIn('schemas', '.json')].join('\n');
  return new Set(
    Array.from(texts.matchAll(/['"]([a-z][a-z0-9]*(?:-[a-z0-9]+)+)['"]/g), ([, word = '']) => word),
  );
}
