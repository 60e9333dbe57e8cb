/** What the gateway bears, and what memory it takes: connections, WebSockets, bodies. See bench/README.md. */
import { behindGateway, type SpawnedStage } from '../test/helpers/behind-gateway.js';
import { ROUTES } from '../test/helpers/behind-proxy.js';
import { type BodyFraming, echoingBodies, postAndCompare } from '../test/helpers/huge-exchange.js';
import { echoingTargets, IdleClients } from '../test/helpers/idle-clients.js';
import { ManyWebSockets } from '../test/helpers/many-websockets.js';
import { peakGrowth } from '../test/helpers/peak-memory.js';
import { ProxyProcess } from '../test/helpers/proxy-process.js';
import { RawUpstream } from '../test/helpers/raw-upstream.js';
import { echoingFrames } from '../test/helpers/websocket-upstream.js';
import { readOptions } from './options.js';
import { run } from './run.js';
import { figure, table } from './table.js';

const USAGE = `node .build/bench/scale.js [options]

  --clients N     clients whose connections stay open (10000)
  --websockets N  WebSockets (1000)
  --mebibytes N   of each body (1024)
  --workers N     workers of the gateway, for connections (1)

Each option is read from the environment too: BENCH_CLIENTS for --clients.`;

const MEBIBYTE = 2 ** 20;
const FRAMES = 20;

/** A row: what was done, how often, how long it took in seconds, and what memory it took. */
type Row = readonly [what: string, count: string, seconds: string, memory: string];

async function main(): Promise<void> {
  const options = readOptions(
    { values: ['clients', 'websockets', 'mebibytes', 'workers'], switches: [] },
    USAGE,
  );
  const workers = options.number('workers', 1, 0);
  const bytes = options.number('mebibytes', 1024) * MEBIBYTE;
  const rows: Row[] = [
    ...(await measureClients(options.number('clients', 10_000), workers)),
    ...(await measureWebSockets(options.number('websockets', 1_000), workers)),
  ];
  for (const path of ['/r', '/n']) {
    for (const framing of ['length', 'chunked'] as const) rows.push(await measureBody(path, framing, bytes));
  }
  console.log(table(['what', 'of', 'seconds', 'memory'], rows));
}

/** All traffic to one upstream. */
function everything(port: number): object {
  const routes = [{ name: 'all', hosts: ['gw.test'] }];
  return { services: [{ name: 's', url: `http://127.0.0.1:${port}`, routes }] };
}

async function measureClients(count: number, workers: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await behindGateway(echoingTargets, workers, everything, async (stage) => {
    await warmUp(stage.port);
    const before = await memoryOf(stage);
    let clients: IdleClients | undefined;
    const row = async (what: string, work: () => Promise<void>): Promise<void> => {
      const seconds = await secondsOf(work);
      const each = ((await memoryOf(stage)) - before) / count;
      rows.push([what, figure(count), figure(seconds, 1), `${figure(each / 1024, 1)} KiB each`]);
    };
    await row('clients connect', async () => {
      clients = await IdleClients.connect(stage.port, count);
    });
    await row('… are answered, and rest', async () => clients?.ask('/once'));
    await row('… are answered again', async () => clients?.ask('/again'));
    await checkActive(stage, count);
    clients?.close();
  });
  return rows;
}

async function measureWebSockets(count: number, workers: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await behindGateway(echoingFrames, workers, everything, async (stage) => {
    const before = await memoryOf(stage);
    let sockets: ManyWebSockets | undefined;
    const row = async (what: string, work: () => Promise<void>): Promise<void> => {
      const seconds = await secondsOf(work);
      const each = ((await memoryOf(stage)) - before) / count;
      rows.push([what, figure(count), figure(seconds, 1), `${figure(each / 1024, 1)} KiB each`]);
    };
    await row('WebSockets are opened', async () => {
      sockets = await ManyWebSockets.open(stage.port, count);
    });
    await row(`… echo ${FRAMES} frames each`, async () => sockets?.echo('before', FRAMES));
    await stage.swap({ services: [] });
    await row(`… and ${FRAMES} after a reload`, async () => sockets?.echo('after', FRAMES));
    await checkActive(stage, count);
    sockets?.close();
  });
  return rows;
}

async function measureBody(path: string, framing: BodyFraming, bytes: number): Promise<Row> {
  const upstream = await RawUpstream.start(echoingBodies);
  const service = { name: 's', host: '127.0.0.1', port: upstream.port, routes: ROUTES };
  const proxy = await ProxyProcess.start({ services: [service] });
  try {
    let peak = 0;
    const seconds = await secondsOf(async () => {
      const posting = postAndCompare(proxy.port, path, framing, bytes);
      peak = await peakGrowth(proxy, posting);
      const right = await posting;
      if (right !== bytes) throw new Error(`only ${right} bytes came back as they were sent`);
    });
    const buffering = path === '/r' ? 'request_buffering' : 'no buffering';
    const framed = framing === 'length' ? 'with a length' : 'chunked';
    const grown = `${figure(peak / MEBIBYTE)} MiB more at most`;
    return [
      `a body there and back, ${framed}, ${buffering}`,
      `${figure(bytes / MEBIBYTE)} MiB`,
      figure(seconds, 1),
      grown,
    ];
  } finally {
    await proxy.close();
    await upstream.close();
  }
}

/** What the first requests make a process grow by is not what connections cost. */
async function warmUp(port: number): Promise<void> {
  const clients = await IdleClients.connect(port, 100);
  for (let turns = 0; turns < 20; turns += 1) await clients.ask('/first');
  clients.close();
}

async function memoryOf({ status }: SpawnedStage): Promise<number> {
  return (await status()).workers.reduce((total, { memory }) => total + (memory?.rss ?? 0), 0);
}

async function checkActive({ status }: SpawnedStage, count: number): Promise<void> {
  const { connections_active: active } = (await status()).server;
  if (active !== count) throw new Error(`${active} connections of ${count} are open`);
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

await run(main);
