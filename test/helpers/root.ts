import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : findRoot(dirname(from));
}

/** The project's folder, wherever the compiled test lies. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The path of a file in test/fixtures. */
export function fixture(...parts: readonly string[]): string {
  return join(root, 'test', 'fixtures', ...parts);
}
