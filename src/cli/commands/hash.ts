import { SettingsError } from '../../errors.js';
import type { Environment } from '../../settings.js';
import { EXIT } from '../failure.js';
import { type LoadFlags, loadFiles } from '../load-files.js';
import type { Terminal } from '../terminal.js';

/**
 * `gateway hash [FILE…]`: prints the hash of every file, and of those of `--config` together. Alone it stands on its
 * line, among several with the name of the file behind it. Rejects at the first config that does not load.
 */
export async function hash(
  files: readonly string[],
  flags: LoadFlags,
  env: Environment,
  terminal: Terminal,
): Promise<number> {
  const groups = [...files.map((file) => [file]), ...(flags.config.length > 0 ? [flags.config] : [])];
  if (groups.length === 0) throw new SettingsError('the hash of what? Write "gateway hash kong.yaml"');
  for (const group of groups) {
    const { config } = await loadFiles(group, flags, env);
    terminal.out(groups.length === 1 ? config.hash : `${config.hash}  ${group.join(', ')}`);
  }
  return EXIT.ok;
}
