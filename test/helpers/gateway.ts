import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPlane } from '#gateway/data-plane/local-plane.js';
import { planeSettings } from '#gateway/data-plane/plane-settings.js';
import { Gateway } from '#gateway/gateway.js';
import type { Logger } from '#gateway/log.js';
import { type Environment, type Flags, readSettings, type Settings } from '#gateway/settings.js';
import type { ReloadRecord } from '#gateway/snapshot/reload-history.js';

/** One call of the logger. */
export interface Logged {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** The data plane of this process. */
export function localPlane(settings: Settings, log: Logger): LocalPlane {
  return new LocalPlane({ log, settings: planeSettings(settings), environment: {} });
}

/** A gateway in this process, on free ports of 127.0.0.1, with a config file of its own. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly file: string;
  readonly proxyPort: number;
  /** 0 when the Admin API is off. */
  readonly adminPort: number;
  readonly logged: readonly Logged[];
  /** Replaces the config, and reloads it; with `watch`, use `save` and wait for the watcher instead. */
  write(config: string | object): Promise<ReloadRecord>;
  /** Replaces the config and leaves the rest to the watcher. */
  save(config: string | object): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves `config` (YAML or JSON text, or an object). The file is not watched unless `flags.watch` says so.
 * `environment` is for the values of the config, `variables` for the settings.
 */
export async function startGateway(
  config: string | object,
  flags: Flags = {},
  environment: Environment = {},
  variables: Environment = {},
): Promise<RunningGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const file = join(folder, 'kong.yaml');
  const save = (next: string | object) =>
    writeFile(file, typeof next === 'string' ? next : JSON.stringify(next));
  const { log, logged } = recordingLog();
  const settings = readSettings(
    {
      config: [file],
      proxyListen: '127.0.0.1:0',
      adminListen: '127.0.0.1:0',
      statusListen: 'off',
      watch: false,
      ...flags,
    },
    variables,
  );
  const gateway = new Gateway({ settings, environment, log, plane: localPlane(settings, log) });
  await save(config);
  try {
    const listeners = await gateway.start();
    return {
      gateway,
      file,
      proxyPort: listeners.proxy[0]?.port ?? 0,
      adminPort: listeners.admin[0]?.port ?? 0,
      logged,
      save,
      async write(next) {
        await save(next);
        return gateway.reload('the test wrote');
      },
      async close() {
        await gateway.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A logger that remembers instead of writing. */
export function recordingLog(): { readonly log: Logger; readonly logged: readonly Logged[] } {
  const logged: Logged[] = [];
  const at = (level: Logged['level']) => (fields: object, message: string) => {
    logged.push({ level, fields, message });
  };
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, logged };
}
