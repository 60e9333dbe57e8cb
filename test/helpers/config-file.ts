import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A config file in a folder of its own. */
export class ConfigFile {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'kong.json');
  }

  /** Writes `config` to it. */
  static async create(config: object): Promise<ConfigFile> {
    const file = new ConfigFile(await mkdtemp(join(tmpdir(), 'gateway-')));
    await file.write(config);
    return file;
  }

  /** Replaces it at once, as format 3.0 where `config` names none. */
  async write(config: object): Promise<void> {
    const next = join(this.#folder, 'next');
    await writeFile(next, JSON.stringify({ _format_version: '3.0', ...config }));
    await rename(next, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
