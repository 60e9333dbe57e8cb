import type { TlsOptions } from 'node:tls';
import { PortMap } from './port-map.js';
import { joinedValue, parseHeaders } from './raw-message.js';
import { type RawConnection, type RawScript, RawUpstream, type SeenHandshake } from './raw-upstream.js';
import { waitFor } from './wait-for.js';

/** A request as it came over the wire, whole or cut. */
export interface SeenRequest {
  /** As recorded. */
  readonly port: number;
  /** 1 for the first request of its connection, and so on. */
  readonly nth: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Absent where the head tells of no body. */
  readonly framing?: 'length' | 'chunked';
  /** Without its framing. */
  readonly body: string;
  /** The payloads of the chunks of a chunked body, in order. */
  readonly chunks: readonly string[];
  /** The trailer section as sent, without the empty line. */
  readonly trailers: string;
  readonly complete: boolean;
  /** Of its connection; absent where that is plain TCP. */
  readonly tls?: SeenHandshake;
}

/** Upstreams that do what a script of their own says, one for each recorded port. They remember every request. */
export class ScriptedUpstreams {
  readonly ports: PortMap;
  readonly #upstreams: ReadonlyMap<number, RawUpstream>;
  readonly #taken = new Map<RawConnection, number>();
  readonly #forgotten = new Set<RawConnection>();

  private constructor(ports: PortMap, upstreams: ReadonlyMap<number, RawUpstream>) {
    this.ports = ports;
    this.#upstreams = upstreams;
  }

  /** `tls`: what those speak with that speak TLS. */
  static async start(
    scripts: Readonly<Record<number, RawScript>>,
    tls: Readonly<Record<number, TlsOptions>> = {},
  ): Promise<ScriptedUpstreams> {
    const ports = new PortMap();
    const upstreams = new Map<number, RawUpstream>();
    for (const [recorded, script] of Object.entries(scripts)) {
      const upstream = await RawUpstream.start(script, tls[Number(recorded)]);
      upstreams.set(Number(recorded), upstream);
      ports.add(Number(recorded), upstream.port);
    }
    return new ScriptedUpstreams(ports, upstreams);
  }

  /** All connections to a recorded port, in order. */
  connections(port: number): readonly RawConnection[] {
    return this.#upstreams.get(port)?.connections ?? [];
  }

  /** How many TCP connections came to a recorded port so far, those whose handshake failed included. */
  accepted(port: number): number {
    return this.#upstreams.get(port)?.accepted ?? 0;
  }

  /** The connections that have ended since the last `forget`. */
  get ended(): readonly RawConnection[] {
    return [...this.#upstreams.values()].flatMap(({ connections }) =>
      connections.filter((connection) => connection.ended && !this.#forgotten.has(connection)),
    );
  }

  /** Leaves the connections of now out of `ended`. */
  forget(): void {
    for (const { connections } of this.#upstreams.values())
      for (const connection of connections) this.#forgotten.add(connection);
  }

  /** Whether the gateway has ended every connection. */
  get left(): boolean {
    return [...this.#upstreams.values()].every(({ connections }) => connections.every(({ ended }) => ended));
  }

  /** The requests since the last `take`, those under way included. */
  get seen(): readonly SeenRequest[] {
    return this.#each((connection, requests) => requests.slice(this.#taken.get(connection) ?? 0));
  }

  /** Whether a request is under way: begun, not complete, and not cut either. */
  get receiving(): boolean {
    return (
      this.#each((connection, requests) =>
        requests.filter((request) => !request.complete && !connection.ended),
      ).length > 0
    );
  }

  /** The requests since the last call. */
  take(): readonly SeenRequest[] {
    const { seen } = this;
    this.#each((connection, requests) => {
      this.#taken.set(connection, requests.length);
      return [];
    });
    return seen;
  }

  /** Ends every connection and waits until the gateway has let go of it, so that nothing of a row reaches the next. */
  async hangUp(): Promise<void> {
    const open = [...this.#upstreams.values()].flatMap(({ connections }) =>
      connections.filter(({ closed }) => !closed),
    );
    for (const { socket } of open) socket.resume().end();
    await waitFor('the gateway to end its connections', () => open.every((connection) => connection.ended));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.close()));
  }

  #each(
    pick: (connection: RawConnection, requests: readonly SeenRequest[]) => readonly SeenRequest[],
  ): SeenRequest[] {
    return [...this.#upstreams].flatMap(([port, { connections }]) =>
      connections.flatMap((connection) => {
        const requests = readRequests(port, connection.received);
        const { tls } = connection;
        return pick(connection, tls === undefined ? requests : requests.map((seen) => ({ ...seen, tls })));
      }),
    );
  }
}

/** Takes the bytes of a connection apart; the last request may be incomplete. A WebSocket's bytes are left out. */
export function readRequests(port: number, received: string): readonly SeenRequest[] {
  const requests: SeenRequest[] = [];
  let at = 0;
  while (at < received.length) {
    const end = received.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const [first = '', ...lines] = received.slice(at, end + 2).split('\r\n');
    const [method = '', url = ''] = first.split(' ');
    const headers = parseHeaders(lines);
    const { next, ...body } = readBody(received, end + 4, headers);
    requests.push({ port, nth: requests.length + 1, method, url, headers, ...body });
    at = next;
    if (joinedValue(headers, 'upgrade') !== undefined && body.framing === undefined) break;
  }
  return requests;
}

type Body = Pick<SeenRequest, 'framing' | 'body' | 'chunks' | 'trailers' | 'complete'>;

function readBody(
  received: string,
  at: number,
  headers: SeenRequest['headers'],
): Body & { readonly next: number } {
  if (joinedValue(headers, 'transfer-encoding') !== undefined) return readChunks(received, at);
  const length = joinedValue(headers, 'content-length');
  if (length === undefined) return { body: '', chunks: [], trailers: '', complete: true, next: at };
  const body = received.slice(at, at + Number(length));
  const complete = body.length === Number(length);
  return { framing: 'length', body, chunks: [], trailers: '', complete, next: at + body.length };
}

function readChunks(received: string, start: number): Body & { readonly next: number } {
  const chunks: string[] = [];
  let at = start;
  const result = (trailers: string, complete: boolean, next: number) => ({
    framing: 'chunked' as const,
    ...{ body: chunks.join(''), chunks, trailers, complete, next },
  });
  for (;;) {
    const line = received.indexOf('\r\n', at);
    if (line < 0) return result('', false, received.length);
    const size = Number.parseInt(received.slice(at, line), 16);
    at = line + 2;
    if (size === 0) break;
    chunks.push(received.slice(at, at + size));
    if (received.length < at + size + 2) return result('', false, received.length);
    at += size + 2;
  }
  const end = received.startsWith('\r\n', at) ? at : received.indexOf('\r\n\r\n', at) + 2;
  if (end < at) return result('', false, received.length);
  return result(received.slice(at, end), true, end + 2);
}
