import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConfigError } from '#gateway/config/issue.js';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { readSettings } from '#gateway/settings.js';
import { readUpstreamDefaults } from '#gateway/tls/upstream-defaults.js';
import { localLookup } from '../helpers/local-lookup.js';
import { loadObject, RunningProxy } from '../helpers/proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { ScriptedUpstreams } from '../helpers/scripted-upstreams.js';
import {
  answerProblems,
  type RecordedExchange,
  type RecordedRequest,
  type RecordedScenario,
  upstreamProblems,
} from '../helpers/stream-recording.js';
import { echoing } from '../helpers/streaming-upstream.js';
import { type Row, recording, Tally } from '../helpers/tally.js';
import { TLS_UPSTREAM_DIFFERENCES } from '../helpers/tls-upstream-differences.js';
import {
  type RecordedCertificates,
  SETTINGS_FILES,
  TLS_UPSTREAMS,
  withOurCertificates,
} from '../helpers/tls-upstream-stage.js';
import { upstreamsWith } from '../helpers/upstreams.js';
import { startAdmin } from './admin-server.js';

const RECORDING = 'data-plane/04-tls-out.json';
const GATEWAY_PORT = 38_000;

/** An attempt whose handshake failed: the recorded upstream saw no request. */
interface FailedHandshake {
  readonly port: number;
  readonly tls_error: string;
}

/** A request, or one of the recording's looks at what Kong made of a config. */
type Exchange = Omit<RecordedExchange, 'upstream' | 'request' | 'body'> & {
  readonly request?: string;
  readonly upstream?: readonly (RecordedRequest | FailedHandshake)[];
  readonly body: unknown;
};

function isRequest(seen: RecordedRequest | FailedHandshake): seen is RecordedRequest {
  return !('tls_error' in seen);
}

interface Refusal {
  readonly fields: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

type Scenario = RecordedScenario<Exchange> & { readonly config: RecordedCertificates };

describe("https services, on Kong's recordings", () => {
  const scenarios = recording<readonly Scenario[]>(RECORDING);
  const tally = new Tally(RECORDING, TLS_UPSTREAM_DIFFERENCES, []);
  let upstreams: ScriptedUpstreams;

  before(async () => {
    const ports = Object.keys(TLS_UPSTREAMS).map(Number);
    const scripts = Object.fromEntries(ports.map((port) => [port, echoing(port)]));
    upstreams = await ScriptedUpstreams.start(scripts, TLS_UPSTREAMS);
  });
  after(() => upstreams.close());

  it('are called, verified and refused as Kong did', async (t) => {
    for (const scenario of scenarios) {
      const { name, exchanges } = scenario;
      if (tally.skips(name, exchanges.length)) continue;
      if (exchanges[0]?.status === 400) tally.add(refused(scenario, exchanges[0]));
      else for (const row of await play(scenario)) tally.add(row);
    }
    tally.report(t);
  });

  async function play({ name, settings, config, exchanges }: Scenario): Promise<readonly Row[]> {
    const served = withOurCertificates(name, upstreams.ports.config(config));
    const poolSize = Number(settings['KONG_UPSTREAM_KEEPALIVE_POOL_SIZE'] ?? 512);
    const upstreamDefaults = await readUpstreamDefaults(upstreamTls(settings));
    const transport = new Http1Transport({ lookup: localLookup, poolSize });
    const names = upstreamsWith({
      localhost: [{ address: '127.0.0.1', port: undefined, weight: undefined }],
    });
    const proxy = await RunningProxy.start(
      served,
      undefined,
      transport,
      { upstreamDefaults },
      undefined,
      names,
    );
    upstreams.ports.add(GATEWAY_PORT, proxy.port);
    const rows: Row[] = [];
    try {
      for (const [index, recorded] of exchanges.entries()) {
        const again = exchanges.slice(0, index).some(({ what }) => what === recorded.what);
        const row = again ? { ...recorded, what: `${recorded.what}, again` } : recorded;
        rows.push(
          row.request === undefined
            ? await look(name, served, row)
            : await ask(proxy, name, { ...row, request: row.request, body: String(row.body) }),
        );
      }
    } finally {
      await proxy.close();
    }
    return rows;
  }

  async function ask(
    proxy: RunningProxy,
    scenario: string,
    row: Exchange & { readonly request: string; readonly body: string },
  ): Promise<Row> {
    const recorded = row.upstream ?? [];
    const failed = recorded.filter((seen) => !isRequest(seen));
    const expected = { ...row, upstream: recorded.filter(isRequest) };
    const port = failed[0]?.port ?? 0;
    const before = upstreams.accepted(port);
    const answers = await exchange(proxy.port, [row.request], { answers: 1 });
    const attempts = upstreams.accepted(port) - before;
    return {
      scenario,
      what: row.what,
      status: answers.at(-1)?.status ?? 0,
      problems: [
        ...answerProblems(expected, answers),
        ...upstreamProblems(expected, upstreams.take(), upstreams.ports),
        ...(attempts === failed.length
          ? []
          : [`Kong: ${failed.length} attempts`, `ours: ${attempts} attempts`]),
      ],
    };
  }
});

/** The recorded settings with what stands in the files that they name. */
function upstreamTls(settings: Readonly<Record<string, string>>) {
  const variables = Object.entries(settings).map(([name, value]) => [
    name,
    value === '<path>' ? SETTINGS_FILES[name] : value,
  ]);
  return readSettings({ config: ['kong.yaml'] }, Object.fromEntries(variables)).upstreamTls;
}

/** Compares what the Admin API shows. */
async function look(scenario: string, config: object, { what, status, body }: Exchange): Promise<Row> {
  const admin = await startAdmin(JSON.stringify({ _format_version: '3.0', ...config }));
  try {
    const answer = await fetch(`${admin.url}${what.replace('admin GET ', '')}`);
    const shown = await answer.text();
    const timeless = JSON.parse(shown.replace(/("(?:created|updated)_at":)\d+/g, '$1"<time>"'));
    const port = /"port":\d+/;
    assert.deepEqual(
      JSON.parse(JSON.stringify(timeless).replace(port, '"port":31402')),
      JSON.parse(JSON.stringify(body)),
    );
    return { scenario, what, status: answer.status, problems: answer.status === status ? [] : ['status'] };
  } finally {
    await admin.close();
  }
}

/** Holds a config that Kong refused against ours: the same fields must be named. */
function refused({ name, config }: Scenario, { what, body }: Exchange): Row {
  const row = { scenario: name, what, status: 400 };
  const fields = Object.values((body as Refusal).fields).flatMap((entities) => entities.flatMap(Object.keys));
  const named = fields.filter((field) => field !== '@entity');
  try {
    loadObject(withOurCertificates(name, config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const ours = error.issues.map(({ field }) => field);
    const missing = named.filter((field) => !ours.some((each) => each.includes(field)));
    return { ...row, problems: missing.map((field) => `Kong names ${field}, ours ${ours.join(', ')}`) };
  }
  return { ...row, status: 200, problems: ['ours: accepted'] };
}
