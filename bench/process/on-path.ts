import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is: in PATH, or where Debian keeps servers; undefined where it is not installed. */
export function onPath(program: string): string | undefined {
  const { PATH = '' } = process.env;
  for (const folder of [...PATH.split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here; perhaps in the next folder.
    }
  }
  return undefined;
}
