import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildRoutingTable } from '#gateway/admin/endpoints.js';
import { statusEndpoints } from '#gateway/admin/node-endpoints.js';
import { RoutingTable } from '#gateway/admin/routing-table.js';
import { pluginNames } from '#gateway/config/plugin-schemas.js';
import type { WorkerFigures, WorkerState } from '#gateway/metrics/worker-status.js';
import { ReloadHistory } from '#gateway/snapshot/reload-history.js';
import { PRODUCT, VERSION } from '#gateway/version.js';
import { sampleRequest, sampleView } from './sample.js';

const table = buildRoutingTable([]);
const HASH = '0123456789abcdef0123456789abcdef';
const FIGURES: WorkerFigures = {
  state: 'serving',
  config: { version: 7, hash: HASH },
  traffic: { accepted: 6, active: 3, failedHandshakes: 1, requests: 30, inFlight: 2 },
  memory: { rss: 8, heapTotal: 7, heapUsed: 2 ** 20, external: 6 },
  loopDelay: { mean: 0.1, p99: 2, max: 3 },
};

function read(target: string, view = sampleView()): unknown {
  const { status, body } = table.answer(sampleRequest('GET', target), view);
  assert.equal(status, 200);
  return body;
}

describe('GET /', () => {
  it('says what runs here', () => {
    assert.deepEqual(read('/'), {
      tagline: `Welcome to ${PRODUCT}`,
      version: `3.9.3-${PRODUCT}-${VERSION}`,
      edition: 'community',
      gateway: {
        name: PRODUCT,
        version: VERSION,
        node_version: process.version,
        started_at: '2020-09-13T12:26:40.000Z',
      },
      hostname: 'here',
      node_id: 'b5f2c1de-0000-4000-8000-000000000000',
      pids: { master: 42, workers: [43, 44] },
      plugins: {
        available_on_server: Object.fromEntries(pluginNames.map((name) => [name, { version: VERSION }])),
        enabled_in_cluster: [],
      },
      configuration: { database: 'off', log_level: 'warn' },
    });
  });
});

describe('GET /status/ready', () => {
  const ready = new RoutingTable(statusEndpoints());
  const answerOf = (...states: readonly (WorkerState | undefined)[]) => {
    const workers = states.map((state, id) => {
      return { id, pid: id, figures: state === undefined ? undefined : { ...FIGURES, state } };
    });
    return ready.answer(sampleRequest('GET', '/status/ready'), sampleView({ workers }));
  };

  it('is 200 as long as one process serves', () => {
    assert.equal(answerOf('serving').status, 200);
    assert.deepEqual(answerOf('draining', 'serving', undefined).body, { message: 'ready' });
  });

  it('is 503 before, after, and when nobody answers', () => {
    assert.deepEqual(answerOf('starting').body, { message: 'no process serves a config yet' });
    assert.match(JSON.stringify(answerOf('draining', 'starting').body), /draining/);
    assert.equal(answerOf(undefined).status, 503);
    assert.equal(answerOf().status, 503);
  });

  it('stands beside /status, and there is nothing else', () => {
    assert.equal(ready.answer(sampleRequest('GET', '/status'), sampleView()).status, 200);
    assert.deepEqual(ready.patterns, ['/status', '/status/ready']);
  });
});

describe('GET /status', () => {
  const other: WorkerFigures = {
    ...FIGURES,
    traffic: { accepted: 3, active: 2, failedHandshakes: 0, requests: 10, inFlight: 0 },
    state: 'draining',
  };

  it('sums up the workers, shows each, and names the config that serves', () => {
    const workers = [
      { id: 1, pid: 43, figures: FIGURES },
      { id: 2, pid: 44, figures: other },
      { id: 3, pid: 45, figures: undefined },
      {
        id: 4,
        pid: 46,
        figures: {
          ...FIGURES,
          config: null,
          traffic: { accepted: 0, active: 0, failedHandshakes: 0, requests: 0, inFlight: 0 },
        },
      },
    ];
    const own = {
      configuration_version: 7,
      configuration_hash: HASH,
      memory: { rss: 8, heap_total: 7, heap_used: 2 ** 20, external: 6 },
      event_loop_delay: { mean_ms: 0.1, p99_ms: 2, max_ms: 3 },
    };
    const counts = (active: number, inFlight: number, requests: number, failed = 0) => {
      const connections = { connections_active: active, failed_tls_handshakes: failed };
      return { ...connections, requests_active: inFlight, total_requests: requests };
    };
    assert.deepEqual(read('/status', sampleView({ workers })), {
      server: {
        connections_accepted: 9,
        connections_handled: 9,
        connections_active: 5,
        connections_reading: 0,
        connections_writing: 2,
        connections_waiting: 3,
        total_requests: 40,
      },
      memory: {
        workers_lua_vms: [43, 44, 46].map((pid) => ({ pid, http_allocated_gc: '1.00 MiB' })),
        lua_shared_dicts: {},
        process: { rss: 5, heap_total: 4, heap_used: 3 * 2 ** 20, external: 1 },
      },
      configuration_hash: '0123456789abcdef0123456789abcdef',
      reload: { last: null, counts: { applied: 0, unchanged: 0, rejected: 0 } },
      workers: [
        { id: 1, pid: 43, state: 'serving', ...own, ...counts(3, 2, 30, 1) },
        { id: 2, pid: 44, state: 'draining', ...own, ...counts(2, 0, 10) },
        { id: 3, pid: 45, state: 'not answering' },
        {
          ...{ id: 4, pid: 46, state: 'serving', ...own, ...counts(0, 0, 0) },
          ...{ configuration_version: null, configuration_hash: null },
        },
      ],
    });
  });

  it('asks the workers for /status only', () => {
    assert.equal(table.isLive(['status']), true);
    assert.equal(table.isLive(['']), false);
    assert.equal(table.isLive(['nowhere']), false);
  });

  it('tells why the last reload was rejected, without the line of the file', () => {
    const reloads = new ReloadHistory();
    const issue = {
      code: 'unknown-field',
      severity: 'error',
      file: 'kong.yaml',
      line: 3,
      column: 5,
      endColumn: 9,
      field: 'prot',
      path: 'services[0].prot',
      message: 'unknown field',
      source: '    prot: s3cret',
    } as const;
    reloads.record({ at: 0, duration: 1, outcome: 'applied', hash: 'a', issues: [] });
    reloads.record({
      at: 1_700_000_000_000,
      duration: 12.5,
      outcome: 'rejected',
      hash: 'a',
      issues: [issue, { ...issue, entity: 'service', name: 'users', hint: 'write protocol' }],
    });
    const status = read('/status', sampleView({ reloads }));
    assert.ok(typeof status === 'object' && status !== null && 'reload' in status);
    const place = { code: 'unknown-field', severity: 'error', file: 'kong.yaml', line: 3, column: 5 };
    assert.deepEqual(status.reload, {
      last: {
        at: '2023-11-14T22:13:20.000Z',
        duration_ms: 12.5,
        outcome: 'rejected',
        configuration_hash: 'a',
        issues: [
          { ...place, entity: null, name: null, field: 'prot', message: 'unknown field', hint: null },
          {
            ...place,
            entity: 'service',
            name: 'users',
            field: 'prot',
            message: 'unknown field',
            hint: 'write protocol',
          },
        ],
      },
      counts: { applied: 1, unchanged: 0, rejected: 1 },
    });
  });
});

describe('other facts of the node', () => {
  it('shows the declarative file as it was loaded', () => {
    assert.deepEqual(read('/config'), { config: '_format_version: "3.0"\n' });
  });

  it('takes no config over HTTP', () => {
    const { status, body } = table.answer(sampleRequest('POST', '/config', { config: '' }), sampleView());
    assert.equal(status, 405);
    assert.deepEqual(body, {
      code: 12,
      name: 'operation unsupported',
      message: 'cannot load a config over the Admin API: edit the declarative file instead',
    });
  });

  it('shows the log level', () => {
    assert.deepEqual(read('/debug/node/log-level'), { message: 'log level: warn' });
  });

  it('lists the plugins a config may use', () => {
    assert.deepEqual(read('/plugins/enabled'), { enabled_plugins: pluginNames });
  });
});
