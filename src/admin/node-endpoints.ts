import type { GatewayConfig } from '../config/entities.js';
import type { ConfigIssue } from '../config/issue.js';
import { maskDocuments } from '../config/mask-document.js';
import { pluginNames } from '../config/plugin-schemas.js';
import type { Traffic } from '../metrics/traffic.js';
import type { WorkerFigures, WorkerStatus } from '../metrics/worker-status.js';
import type { ReloadHistory } from '../snapshot/reload-history.js';
import { PRODUCT, VERSION } from '../version.js';
import { type Answer, failure, notFound, ok, unsupported } from './answer.js';
import type { Endpoint } from './routing-table.js';
import type { AdminView } from './view.js';

/**
 * The Kong whose Admin API and declarative format this one speaks. Clients choose by it: decK writes format 3.0 for
 * 3.x and the old 1.1, with its other reading of paths, for anything below. They look at the first two numbers and
 * expect a suffix after a dash, as Kong's own other editions have one.
 */
const COMPATIBLE_VERSION = '3.9.3';

const STATUS: Endpoint = {
  pattern: '/status',
  live: true,
  methods: { GET: (_request, view) => ok(status(view)) },
};

/** What Kong calls the Status API: what this node does, and whether requests should be sent to it. */
export function statusEndpoints(): readonly Endpoint[] {
  const ready: Endpoint['methods'] = { GET: (_request, { workers }) => readiness(workers) };
  return [STATUS, { pattern: '/status/ready', live: true, methods: ready }];
}

/** Ready as long as one process serves a config and takes connections. */
function readiness(workers: readonly WorkerStatus[]): Answer {
  if (workers.some(({ figures }) => figures?.state === 'serving')) return ok({ message: 'ready' });
  const draining = workers.some(({ figures }) => figures?.state === 'draining');
  return failure(503, draining ? 'draining: no connections are accepted' : 'no process serves a config yet');
}

/** What is known of this node: `/`, `/status`, `/config` and the log level. */
export function nodeEndpoints(): readonly Endpoint[] {
  return [
    { pattern: '/', methods: { GET: (_request, view) => ok(nodeInformation(view)) } },
    STATUS,
    {
      pattern: '/config',
      methods: {
        GET: (_request, { snapshot, showSecrets }) =>
          ok({ config: showSecrets ? snapshot.config.document : maskDocuments(snapshot.config.document) }),
        POST: () => unsupported('cannot load a config over the Admin API: edit the declarative file instead'),
      },
    },
    { pattern: '/plugins/enabled', methods: { GET: () => ok({ enabled_plugins: pluginNames }) } },
    {
      pattern: '/debug/node/log-level',
      methods: {
        GET: (_request, { node }) => {
          const level = node.settings['log_level'];
          return typeof level === 'string' ? ok({ message: `log level: ${level}` }) : notFound();
        },
      },
    },
  ];
}

function nodeInformation({ node, pids, snapshot: { config } }: AdminView): unknown {
  return {
    tagline: `Welcome to ${PRODUCT}`,
    version: `${COMPATIBLE_VERSION}-${PRODUCT}-${VERSION}`,
    edition: 'community',
    gateway: {
      name: PRODUCT,
      version: VERSION,
      node_version: process.version,
      started_at: new Date(node.startedAt).toISOString(),
    },
    hostname: node.hostname,
    node_id: node.id,
    pids: { master: node.pid, workers: pids },
    plugins: pluginInformation(config),
    configuration: { database: 'off', ...node.settings },
  };
}

/** What could run, and what the config asks for. */
function pluginInformation({ plugins }: GatewayConfig): unknown {
  const available = pluginNames.map((name) => [name, { version: VERSION }]);
  const enabled = [...new Set(plugins.map(({ name }) => name))].sort();
  return { available_on_server: Object.fromEntries(available), enabled_in_cluster: enabled };
}

function status({ snapshot, workers, node, reloads }: AdminView): unknown {
  const told = workers.flatMap(({ pid, figures }) => (figures === undefined ? [] : [{ pid, ...figures }]));
  const sum = (count: keyof Traffic) => told.reduce((total, { traffic }) => total + traffic[count], 0);
  const [accepted, active, writing] = [sum('accepted'), sum('active'), sum('inFlight')];
  return {
    server: {
      connections_accepted: accepted,
      connections_handled: accepted,
      connections_active: active,
      connections_reading: 0,
      connections_writing: writing,
      connections_waiting: Math.max(0, active - writing),
      total_requests: sum('requests'),
    },
    memory: {
      // Named for Kong's Lua machines because dashboards look there; these are the workers' JavaScript heaps.
      workers_lua_vms: told.map(({ pid, memory }) => {
        return { pid, http_allocated_gc: mebibytes(memory.heapUsed) };
      }),
      lua_shared_dicts: {},
      process: showMemory(node.memory),
    },
    configuration_hash: snapshot.config.hash,
    reload: reload(reloads),
    workers: workers.map(showWorker),
  };
}

function showMemory({ rss, heapTotal, heapUsed, external }: WorkerFigures['memory']): unknown {
  return { rss, heap_total: heapTotal, heap_used: heapUsed, external };
}

function showWorker({ id, pid, figures }: WorkerStatus): unknown {
  if (figures === undefined) return { id, pid, state: 'not answering' };
  const { state, config, traffic, memory, loopDelay } = figures;
  return {
    ...{ id, pid, state },
    configuration_version: config?.version ?? null,
    configuration_hash: config?.hash ?? null,
    connections_active: traffic.active,
    failed_tls_handshakes: traffic.failedHandshakes,
    requests_active: traffic.inFlight,
    total_requests: traffic.requests,
    memory: showMemory(memory),
    event_loop_delay: { mean_ms: loopDelay.mean, p99_ms: loopDelay.p99, max_ms: loopDelay.max },
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

function reload({ last, counts }: Pick<ReloadHistory, 'last' | 'counts'>): unknown {
  if (last === undefined) return { last: null, counts };
  const { at, duration, outcome, hash, issues } = last;
  const shown = { at: new Date(at).toISOString(), duration_ms: duration, outcome, configuration_hash: hash };
  return { last: { ...shown, issues: issues.map(showIssue) }, counts };
}

/** Without the line of the file itself: it may hold a secret. */
function showIssue(issue: ConfigIssue): unknown {
  const { code, severity, file, line, column, entity, name, field, message, hint } = issue;
  const place = { code, severity, file, line, column };
  return { ...place, entity: entity ?? null, name: name ?? null, field, message, hint: hint ?? null };
}
