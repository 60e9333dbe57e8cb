import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { ListenError, messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import type { UpstreamsHealth } from '../metrics/upstream-health.js';
import type { WorkerStatus, Workers } from '../metrics/worker-status.js';
import type { ReloadHistory } from '../snapshot/reload-history.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import { type Answer, failure } from './answer.js';
import { refuseMalformed } from './client-error.js';
import { buildRoutingTable } from './endpoints.js';
import { EntityIndex } from './entity-index.js';
import { ENTITY_KINDS } from './entity-kinds.js';
import { isLocalHost, isLoopback } from './host-check.js';
import { readBody } from './read-body.js';
import { parseTarget } from './request.js';
import { sendAnswer } from './send-answer.js';
import type { AdminView } from './view.js';

/** How long a client may take to send its request, and an idle connection may stay, in milliseconds. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;
const KEEP_ALIVE_TIMEOUT = 60_000;
/** How long `close` waits for answers under way, in milliseconds. */
const CLOSE_GRACE = 1_000;

export interface AdminServerOptions {
  /** What serves at any moment. */
  readonly store: { readonly current: ServedConfig };
  readonly workers: Workers;
  readonly health: UpstreamsHealth;
  readonly reloads: ReloadHistory;
  readonly log: Logger;
  readonly nodeId: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  /** Shown as `configuration` in `GET /`: nothing secret may be in it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Public names, in lower case, that the Host may be on a loopback listener, behind a local proxy for example. */
  readonly allowedHosts?: readonly string[];
  /** Whether secrets are shown instead of `***`. */
  readonly showSecrets?: boolean;
}

/** The read-only Admin API on listeners of its own. Every answer comes from the snapshot that serves at that moment. */
export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #table = buildRoutingTable(ENTITY_KINDS);
  readonly #indexes = new WeakMap<ServedConfig, EntityIndex>();
  readonly #servers: Server[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: AdminServerOptions) {
    this.#options = options;
  }

  /** Opens a listener, one more at each call, and resolves to where it is. Rejects with `ListenError`. */
  async listen({
    host,
    port,
  }: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ host: string; port: number }> {
    if (this.#closing !== undefined) throw new ListenError('the Admin API is closed');
    const server = this.#createServer();
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(listenError(host, port, error));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        resolve();
      });
    });
    server.on('error', (error) => this.#options.log.error({ err: error }, 'the Admin API listener failed'));
    return addressOf(server);
  }

  /** Stops listening and ends the connections; answers under way get a second. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#servers.map(closeServer)).then(() => undefined);
    return this.#closing;
  }

  #createServer(): Server {
    const server = createServer(
      {
        headersTimeout: HEADERS_TIMEOUT,
        requestTimeout: REQUEST_TIMEOUT,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      },
      (request, response) => void this.#serve(request, response),
    );
    server.on('clientError', refuseMalformed);
    return server;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    if (this.#closing !== undefined) response.shouldKeepAlive = false;
    let answer: Answer | undefined;
    try {
      answer = this.#refusal(request) ?? (await this.#answer(request));
    } catch (error) {
      this.#options.log.error(
        { err: error, method: request.method, url: request.url },
        'the Admin API failed to answer',
      );
      answer = failure(500, 'An unexpected error occurred');
    }
    if (answer !== undefined) sendAnswer(response, answer, performance.now() - started);
  }

  /** The answer to a request that some other site's page may have sent. */
  #refusal({ socket, headers }: IncomingMessage): Answer | undefined {
    const host = headers.host ?? '';
    if (!isLoopback(socket.localAddress) || isLocalHost(host, this.#options.allowedHosts ?? []))
      return undefined;
    return failure(
      403,
      `The Host '${host}' is a public name and this is a loopback address: use localhost instead`,
    );
  }

  /** Undefined when the client left before its request was whole. */
  async #answer(request: IncomingMessage): Promise<Answer | undefined> {
    const body = await readBody(request);
    if (typeof body !== 'string') return body;
    const { method = 'GET', headers } = request;
    const target = parseTarget(request.url ?? '/');
    const live = this.#table.isLive(target.segments) ? await this.#options.workers.status() : [];
    return this.#table.answer(
      { ...target, method, contentType: headers['content-type'], body },
      this.#view(live),
    );
  }

  #view(live: readonly WorkerStatus[]): AdminView {
    const {
      store,
      reloads,
      workers,
      health,
      nodeId,
      startedAt,
      settings,
      showSecrets = false,
    } = this.#options;
    const snapshot = store.current;
    let entities = this.#indexes.get(snapshot);
    if (entities === undefined) {
      entities = new EntityIndex(snapshot, showSecrets);
      this.#indexes.set(snapshot, entities);
    }
    const self = { id: nodeId, startedAt, settings, hostname: hostname(), pid: process.pid };
    return {
      snapshot,
      entities,
      showSecrets,
      reloads,
      pids: workers.pids,
      workers: live,
      health,
      node: { ...self, memory: process.memoryUsage() },
    };
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE);
    // An error here says that the server never listened: there is nothing left to close.
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function addressOf(server: Server): { host: string; port: number } {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string')
    throw new ListenError('the Admin API has no TCP address');
  return { host: address.address, port: address.port };
}

function listenError(host: string, port: number, error: NodeJS.ErrnoException): ListenError {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE:
      'another process listens there already: end it, or choose another address with --admin-listen',
    EACCES: 'this user may not listen there: choose a port above 1023 with --admin-listen',
    EADDRNOTAVAIL: 'this machine has no such address: choose another with --admin-listen',
  };
  const why = advice[error.code ?? ''] ?? messageOf(error);
  return new ListenError(`cannot open the Admin API on ${where}: ${why}`, { cause: error });
}
