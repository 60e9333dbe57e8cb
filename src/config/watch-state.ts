import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import { filesInFolder } from './source.js';

/** What the watched paths look like from outside: a hint to read them, never the proof that they are unchanged. */
export interface Look {
  readonly mark: string;
  /** Whether a file is empty or absent, which may be half of a save. */
  readonly isBlank: boolean;
  /** The files themselves, those of folders one by one. */
  readonly files: readonly string[];
}

/** Looks at paths, and at what was there before: a file that a folder had may be on its way back. */
export async function lookAt(paths: readonly string[], before: readonly string[]): Promise<Look> {
  const files = await filesBehind(paths);
  const known = new Set(files);
  const all = [...files, ...before.filter((file) => !known.has(file))];
  const marks = await Promise.all(all.map(markOf));
  return {
    mark: all.map((file, index) => `${file} ${marks[index]}`).join('\n'),
    isBlank: marks.some((mark) => mark.startsWith('0 ')),
    files,
  };
}

/** The files that paths stand for: a folder stands for its config files, and an unreadable path for itself. */
export async function filesBehind(paths: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      // A folder that cannot be read is told by the one who loads it.
      const files = await filesInFolder(path).catch(() => undefined);
      return files ?? [path];
    }),
  );
  return [...new Set(lists.flat())];
}

/**
 * What tells one content from another. Being unreadable counts as a content: the reader will say what is wrong. So
 * does being a pipe, which must be left to the one who loads it.
 */
export async function digestOf(files: readonly string[]): Promise<string> {
  const digests: string[] = [];
  for (const file of files) digests.push(JSON.stringify([file, await digestOne(file)]));
  return digests.join('\n');
}

async function digestOne(file: string): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) return 'not a file';
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    return messageOf(error);
  }
}

async function markOf(file: string): Promise<string> {
  try {
    const { size, mtimeNs, ino, dev } = await stat(file, { bigint: true });
    return `${size} ${mtimeNs} ${ino} ${dev}`;
  } catch (error) {
    return `0 ${messageOf(error)}`;
  }
}
