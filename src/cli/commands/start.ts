import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { WorkerFleet } from '../../cluster/fleet.js';
import { forkWorker } from '../../cluster/fork.js';
import { formatIssue } from '../../config/format-issue.js';
import type { DataPlane } from '../../data-plane/data-plane.js';
import { openPlaneFiles } from '../../data-plane/plane-files.js';
import { planeSettings } from '../../data-plane/plane-settings.js';
import { messageOf } from '../../errors.js';
import type { Gateway, Listeners } from '../../gateway.js';
import { formatAddress, type Listener } from '../../listen-settings.js';
import { createLogger, type Logger } from '../../log.js';
import { configName, type Environment, type Flags, readSettings, type Settings } from '../../settings.js';
import type { ReloadRecord } from '../../snapshot/reload-history.js';
import { PRODUCT, VERSION } from '../../version.js';
import { exitOnDefect } from '../defect.js';
import { describeConfig } from '../describe-config.js';
import { EXIT } from '../failure.js';
import { takeSignals } from '../signals.js';
import type { Terminal } from '../terminal.js';
import { terminalLog } from '../terminal-log.js';

/** How long the process may outlive its gateway, in milliseconds. */
const LINGER = 1000;

/** `gateway start`: serves until a signal ends it. Rejects with what kept it from starting. */
export async function start(flags: Flags, env: Environment, terminal: Terminal): Promise<number> {
  const settings = readSettings(flags, env);
  const log = createLogger(settings.logLevel, terminal.interactive ? terminalLog(terminal) : process.stderr);
  const fleet = await launchWorkers(settings, env, log);
  // Imported only now: the workers start meanwhile.
  const { Gateway } = await import('../../gateway.js');
  const gateway = new Gateway({
    ...{ settings, environment: env, log },
    plane: fleet ?? (await localPlane(settings, env, log)),
    onReload: (record) => showIssues(record, terminal),
  });
  const stopped = takeSignals({
    reload: () => {
      gateway.reload('SIGHUP').catch((error: unknown) => log.error({ err: error }, messageOf(error)));
    },
    reopenLogs: () => gateway.reopenLogs(),
    haste: () => fleet?.kill(),
  });
  exitOnDefect(log);
  announce(await gateway.start(), gateway, settings, terminal);
  if (!terminal.interactive) log.info({ hash: gateway.current.config.hash }, 'started');
  const signal = await stopped;
  terminal.out(
    `${signal}: draining, ${settings.drainTimeout / 1000} s at most; a second signal ends at once`,
  );
  await gateway.close();
  exitUnlessDone(EXIT.ok);
  return EXIT.ok;
}

/** The process ends by itself when everything is closed; a socket that a library forgot must not keep it. */
function exitUnlessDone(code: number): void {
  setTimeout(() => process.exit(code), LINGER).unref();
}

/** Starts the processes that proxy, while this one goes on to load the config; undefined where it proxies itself. */
async function launchWorkers(
  settings: Settings,
  environment: Environment,
  log: Logger,
): Promise<WorkerFleet | undefined> {
  const { workers, logLevel, drainTimeout, dns } = settings;
  const count = workers === 'auto' ? availableParallelism() : workers;
  if (count === 0) return undefined;
  const plane = planeSettings(settings);
  // A mistake is told once and at once, not by each worker.
  await (await openPlaneFiles(plane, log)).accessLog?.close();
  const entry = fileURLToPath(new URL('../worker.js', import.meta.url));
  const fork = (id: number) => forkWorker(entry, { id, count, logLevel, drainTimeout, plane });
  const open = async () => {
    const { openUpstreams } = await import('../../upstreams/open-upstreams.js');
    return openUpstreams({ dns, environment, log });
  };
  return WorkerFleet.launch({ count, fork, log, openUpstreams: open });
}

/** Proxies in this process. */
async function localPlane(settings: Settings, environment: Environment, log: Logger): Promise<DataPlane> {
  const { LocalPlane } = await import('../../data-plane/local-plane.js');
  return new LocalPlane({ log, settings: planeSettings(settings), environment });
}

function announce(listeners: Listeners, gateway: Gateway, settings: Settings, terminal: Terminal): void {
  terminal.out(`${PRODUCT} ${VERSION}`);
  for (const line of describeListeners('proxy', listeners.proxy)) terminal.out(line);
  for (const line of describeListeners('admin', listeners.admin)) terminal.out(line);
  for (const line of describeListeners('status', listeners.status)) terminal.out(line);
  const name = configName(settings);
  terminal.out(`config  ${name}: ${describeConfig(gateway.current.config)}`);
  terminal.out(settings.watch ? `watching ${name}` : `not watching ${name}: SIGHUP reloads it`);
}

function describeListeners(name: string, listeners: readonly Listener[]): readonly string[] {
  const label = name.padEnd(7);
  if (listeners.length === 0) return [`${label} off`];
  return listeners.map((listener) => `${label} http${listener.ssl ? 's' : ''}://${formatAddress(listener)}`);
}

/** A person at a terminal sees the source lines too; the log itself goes without them. */
function showIssues(record: ReloadRecord, terminal: Terminal): void {
  if (!terminal.interactive) return;
  for (const issue of record.issues) terminal.err(formatIssue(issue, { color: terminal.color }));
}
