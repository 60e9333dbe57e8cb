import { readEnvironment } from '../config/env-file.js';
import { type LoadedConfig, loadConfigs } from '../config/load.js';
import { readSources } from '../config/source.js';
import { ROUTE_RULES } from '../lint/route-rules.js';
import type { Environment } from '../settings.js';

/** The flags of every command that loads configs, as written on the command line. */
export interface LoadFlags {
  /** Files, folders and `-` (standard input) that make up one config. */
  readonly config: readonly string[];
  readonly envFile: readonly string[];
}

/**
 * Reads paths and loads them as one config, as `start` does, with all warnings. Throws as `loadConfigs`,
 * `readSources` and `readEnvironment` do.
 */
export async function loadFiles(
  paths: readonly string[],
  { envFile }: LoadFlags,
  env: Environment,
): Promise<LoadedConfig> {
  const environment = await readEnvironment(envFile, env);
  return loadConfigs(await readSources(paths), { environment, rules: ROUTE_RULES });
}
