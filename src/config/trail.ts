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

/** Everything whose change may change what some paths stand for. */
export interface Scope {
  /** The real folders to watch. */
  readonly folders: ReadonlySet<string>;
  /** What matters in them. */
  readonly entries: ReadonlySet<string>;
  /** Of these folders, every file that could be a config matters. */
  readonly configFolders: ReadonlySet<string>;
  /** Equal for two scopes only if they are the same folders, and not merely folders of the same names. */
  readonly key: string;
}

/** Follows every path: files, and folders whose files (`filesIn`, as paths) are followed too. */
export async function traceAll(
  paths: readonly string[],
  filesIn: (path: string) => Promise<readonly string[] | undefined>,
): Promise<Scope> {
  const folders = new Set<string>();
  const entries = new Set<string>();
  const configFolders = new Set<string>();
  const keys: string[] = [];
  const add = async (path: string): Promise<Trail> => {
    const trail = await traceFile(path);
    for (const { dir, name } of trail.steps) {
      folders.add(dir);
      entries.add(join(dir, name));
    }
    keys.push(trail.key);
    return trail;
  };
  for (const path of paths) {
    const trail = await add(path);
    const files = await filesIn(path);
    const last = trail.steps.at(-1);
    if (files === undefined || last === undefined) continue;
    const folder = join(last.dir, last.name);
    folders.add(folder);
    configFolders.add(folder);
    keys.push(JSON.stringify([folder, String((await look(folder))?.ino ?? 'gone')]));
    for (const file of files) await add(file);
  }
  return { folders, entries, configFolders, key: keys.join('\n') };
}
