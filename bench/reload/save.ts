import { rename, writeFile } from 'node:fs/promises';

/** How editors and deployments replace a file. */
export type SaveWay = 'rename' | 'in place';

/** Replaces the content of `file`. */
export async function save(file: string, text: string, way: SaveWay): Promise<void> {
  if (way === 'in place') {
    await writeFile(file, text);
    return;
  }
  const beside = `${file}.new`;
  await writeFile(beside, text);
  await rename(beside, file);
}
