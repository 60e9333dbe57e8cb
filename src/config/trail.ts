import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';

/** As many links as Linux follows before it answers ELOOP. */
const MAX_LINKS = 40;

/** One step on the way to a file: a change of `name` in the folder `dir` may change what the file is. */
export interface Step {
  /** A real folder: no part of it is a link. */
  readonly dir: string;
  readonly name: string;
}

/** How a path leads to its file, link by link. */
export interface Trail {
  readonly steps: readonly Step[];
  /** Equal for two trails only if they go through the same folders, and not merely folders of the same names. */
  readonly key: string;
}

/**
 * Follows `file` to the real file: one step for every link on the way, wherever in the path it stands, and one
 * for the file itself. Where the way breaks off, the last step is the name that is missing.
 */
export async function traceFile(file: string): Promise<Trail> {
  const path = resolve(file);
  const { root } = parse(path);
  const steps: Step[] = [];
  let dir = root;
  let ahead = partsOf(path.slice(root.length));
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '..') {
      dir = dirname(dir);
      continue;
    }
    const stats = await look(join(dir, name));
    if (stats?.isSymbolicLink() === true && steps.length < MAX_LINKS) {
      steps.push({ dir, name });
      const target = await readlink(join(dir, name)).catch(() => '');
      if (target.startsWith(sep)) dir = root;
      ahead = [...partsOf(target), ...ahead];
    } else if (stats?.isDirectory() === true && ahead.length > 0) {
      dir = join(dir, name);
    } else {
      steps.push({ dir, name });
      break;
    }
  }
  return { steps, key: await keyOf(steps) };
}

function partsOf(path: string): string[] {
  return path.split(sep).filter((part) => part !== '' && part !== '.');
}

async function keyOf(steps: readonly Step[]): Promise<string> {
  const parts = await Promise.all(
    steps.map(async ({ dir, name }) => [dir, String((await look(dir))?.ino ?? 'gone'), name]),
  );
  return JSON.stringify(parts);
}

/** What stands at `path` itself; what cannot be looked at counts as missing, for it may become readable later. */
async function look(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch(() => undefined);
}
