import type { EntityLists, GatewayConfig } from '../../config/entities.js';
import { maskConfig } from '../../config/mask.js';
import { stringifyYaml } from '../../config/yaml.js';
import { SettingsError } from '../../errors.js';
import type { Environment } from '../../settings.js';
import { EXIT } from '../failure.js';
import { type LoadFlags, loadFiles } from '../load-files.js';
import type { Terminal } from '../terminal.js';

/** The flags of `gateway render` as written on the command line. */
export interface RenderFlags extends LoadFlags {
  readonly format: string;
  readonly reveal?: boolean;
}

/**
 * `gateway render [FILE…]`: prints the one config that the files make up, as it would serve. With `--reveal` it loads
 * again, with the same hash.
 */
export async function render(
  files: readonly string[],
  flags: RenderFlags,
  env: Environment,
  terminal: Terminal,
): Promise<number> {
  const paths = [...files, ...flags.config];
  if (paths.length === 0) throw new SettingsError('render what? Write "gateway render kong.yaml"');
  const { config } = await loadFiles(paths, flags, env);
  const document = toDocument(flags.reveal === true ? config : maskConfig(config));
  terminal.out(
    flags.format === 'json' ? JSON.stringify(document, null, 2) : stringifyYaml(document).trimEnd(),
  );
  return EXIT.ok;
}

/** What of a config is no list of entities. */
type Remainder = Omit<GatewayConfig, keyof EntityLists>;

/** A config as a declarative file of format 3.0: paths of older formats are in its form already, passwords hashed. */
function toDocument(config: GatewayConfig): object {
  const {
    format_version: _,
    transform,
    hash: _hash,
    secrets: _secrets,
    document: _document,
    ...lists
  } = config;
  const rest: Partial<Remainder> = {};
  const hashed = !transform || lists.basicauth_credentials.length > 0;
  const entities = Object.entries({ ...lists, ...rest }).flatMap(([kind, list]) =>
    Array.isArray(list) && list.length > 0 ? [[kind, list.map(withoutNulls)]] : [],
  );
  return {
    _format_version: '3.0',
    ...(hashed ? { _transform: false } : {}),
    ...Object.fromEntries(entities),
  };
}

/** A field that is null stands for one that is absent; inside of the settings of a plugin it may mean something. */
function withoutNulls(entity: object): object {
  return Object.fromEntries(Object.entries(entity).filter(([, value]) => value !== null));
}
