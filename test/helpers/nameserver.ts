import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import dns2, { type Header } from 'dns2';

const { Packet } = dns2;

/** A record of a zone, with the fields of its type. */
export interface ZoneRecord {
  readonly type: 'A' | 'AAAA' | 'SRV' | 'CNAME';
  readonly ttl?: number;
  readonly address?: string;
  /** Of a CNAME. */
  readonly domain?: string;
  readonly priority?: number;
  readonly weight?: number;
  readonly port?: number;
  readonly target?: string;
}

/** What a nameserver knows: records, a response code instead, or silence. Other names do not exist. */
export type Zone = Record<string, readonly ZoneRecord[] | number | 'silent'>;

/** A nameserver that stands on one port of 127.0.0.1 for UDP and TCP. */
export interface TestNameserver {
  readonly port: number;
  /** What was asked, `A name` or `A name tcp`, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

const NAME_ERROR = 3;

/** Starts dns2's servers on a zone, which may be changed while they run. Their UDP replies have up to 512 bytes. */
export async function startNameserver(zone: Zone): Promise<TestNameserver> {
  const asked: string[] = [];
  const handler = (protocol: string) => (request: dns2.Packet, send: (response: dns2.Packet) => unknown) => {
    const [question] = request.questions;
    const name = question?.name ?? '';
    const type = Object.entries(Packet.TYPE).find(([, code]) => code === question?.type)?.[0];
    asked.push(`${type} ${name}${protocol}`);
    const response = answer(request, zone, name, type);
    if (response !== undefined) send(response);
  };
  return onOnePort(asked, async (port) => {
    const udp = dns2.createUDPServer(handler(''));
    const tcp = dns2.createTCPServer(handler(' tcp'));
    await listen(udp, tcp, port);
    return { udp, tcp };
  });
}

function answer(
  request: dns2.Packet,
  zone: Zone,
  name: string,
  type: string | undefined,
): dns2.Packet | undefined {
  const response = Packet.createResponseFromRequest(request);
  const known = zone[name.toLowerCase()] ?? NAME_ERROR;
  if (known === 'silent') return undefined;
  if (typeof known === 'number') {
    const header: Header = response.header;
    header.rcode = known;
    return response;
  }
  let owner = name;
  for (let records = known; ; ) {
    const alias = records.find((record) => record.type === 'CNAME' && type !== 'CNAME');
    for (const record of records.filter((one) => one.type === type || one === alias)) {
      const { CLASS, TYPE } = Packet;
      const fields = {
        ...record,
        name: owner,
        class: CLASS.IN,
        type: TYPE[record.type],
        ttl: record.ttl ?? 60,
      };
      response.answers.push(Object.assign(new Packet.Resource(), fields));
    }
    const next = alias?.domain === undefined ? undefined : zone[alias.domain];
    if (!Array.isArray(next)) return response;
    owner = alias?.domain ?? '';
    records = next;
  }
}

/** What a hostile nameserver does with a query: datagrams to send back, or the bytes of a connection. */
export interface Misbehaviour {
  readonly udp: (query: Buffer) => readonly Buffer[];
  /** Without it, connections are closed at once. */
  readonly tcp?: (query: Buffer) => Buffer;
}

/** Starts a nameserver that sends whatever bytes it is told to. */
export async function startHostileNameserver(how: Misbehaviour): Promise<TestNameserver> {
  const asked: string[] = [];
  return onOnePort(asked, async (port) => {
    const udp = createSocket('udp4');
    udp.on('message', (query, peer) => {
      asked.push('udp');
      for (const bytes of how.udp(query)) udp.send(bytes, peer.port, peer.address);
    });
    const tcp = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (query) => {
        asked.push('tcp');
        socket.end(how.tcp?.(query.subarray(2)) ?? Buffer.alloc(0));
      });
    });
    await listen(udp, tcp, port);
    return { udp, tcp };
  });
}

interface Sockets {
  readonly udp: Socket;
  readonly tcp: Server;
}

/** A port that is free for UDP may be taken for TCP: another one is tried then. */
async function onOnePort(
  asked: string[],
  start: (port: number) => Promise<Sockets>,
  tries = 10,
): Promise<TestNameserver> {
  const port = await freePort();
  try {
    const { udp, tcp } = await start(port);
    return {
      port,
      asked,
      close: async () => {
        await new Promise<void>((resolve) => udp.close(() => resolve()));
        await new Promise<void>((resolve) => tcp.close(() => resolve()));
      },
    };
  } catch (error) {
    if (tries === 0) throw error;
    return onOnePort(asked, start, tries - 1);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listen(udp: Socket, tcp: Server, port: number): Promise<void> {
  const bind = (target: Socket | Server, start: (done: () => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      target.once('error', reject);
      start(() => {
        target.removeListener('error', reject);
        resolve();
      });
    });
  try {
    await bind(udp, (done) => udp.bind(port, '127.0.0.1', done));
    await bind(tcp, (done) => tcp.listen(port, '127.0.0.1', done));
  } catch (error) {
    udp.close();
    throw error;
  }
}
