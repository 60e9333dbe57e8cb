import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { ListenError, messageOf } from '../errors.js';
import { formatAddress, type ListenAddress, type Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import type { UpstreamsHealth } from '../metrics/upstream-health.js';
import type { WorkerStatus, Workers } from '../metrics/worker-status.js';
import type { ReloadHistory } from '../snapshot/reload-history.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import { contextOptions, type TlsTerms } from '../tls/terms.js';
import { type Answer, failure } from './answer.js';
import { refuseMalformed } from './client-error.js';
import { buildRoutingTable } from './endpoints.js';
import { EntityIndex } from './entity-index.js';
import { ENTITY_KINDS } from './entity-kinds.js';
import { isLocalHost, isLoopback } from './host-check.js';
import { statusEndpoints } from './node-endpoints.js';
import { readBody } from './read-body.js';
import { parseTarget } from './request.js';
import { RoutingTable } from './routing-table.js';
import { sendAnswer } from './send-answer.js';
import type { AdminView } from './view.js';

/** How long a client may take for a TLS handshake and to send its request, and an idle connection may stay, in milliseconds. */
const TIMEOUTS = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
};
/** How long `close` waits for answers under way, in milliseconds. */
const CLOSE_GRACE = 1_000;

/** The whole Admin API, or what Kong calls the Status API: whether this process is well. */
export type AdminSurface = 'admin' | 'status';

export interface AdminServerOptions {
  /** The whole unless given. */
  readonly surface?: AdminSurface;
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
  readonly #name: string;
  readonly #table: RoutingTable;
  readonly #indexes = new WeakMap<ServedConfig, EntityIndex>();
  readonly #servers: Server[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: AdminServerOptions) {
    this.#options = options;
    const whole = options.surface !== 'status';
    this.#name = whole ? 'Admin API' : 'Status API';
    this.#table = whole ? buildRoutingTable(ENTITY_KINDS) : new RoutingTable(statusEndpoints());
  }

  /** Opens listeners, which needs `terms` where one of them speaks TLS. Rejects with ListenError. */
  async listenAll(listeners: readonly Listener[], terms?: TlsTerms): Promise<readonly Listener[]> {
    const open: Listener[] = [];
    for (const listener of listeners) {
      const tls = listener.ssl === true ? terms : undefined;
      open.push({ ...listener, ...(await this.listen(listener, tls)) });
    }
    return open;
  }

  /**
   * Opens a listener, one more at each call, and resolves to where it is; it speaks TLS where `terms` are given.
   * Rejects with `ListenError`.
   */
  async listen({ host, port }: ListenAddress, terms?: TlsTerms): Promise<ListenAddress> {
    if (this.#closing !== undefined) throw new ListenError(`the ${this.#name} is closed`);
    const server = this.#createServer(terms);
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void =>
        reject(listenError(this.#name, { host, port }, error));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        resolve();
      });
    });
    const { log } = this.#options;
    server.on('error', (error) => log.error({ err: error }, `the listener of the ${this.#name} failed`));
    return addressOf(server);
  }

  /** Stops listening and ends the connections; answers under way get a second. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#servers.map(closeServer)).then(() => undefined);
    return this.#closing;
  }

  #createServer(terms: TlsTerms | undefined): Server {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    const server =
      terms === undefined
        ? createServer(TIMEOUTS, serve)
        : createTlsServer({ ...TIMEOUTS, ...contextOptions(terms, terms.defaults) }, serve);
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
        `the ${this.#name} failed to answer`,
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

  /** Made when the first one asks: `/status` needs none of it. */
  #entitiesOf(snapshot: ServedConfig, showSecrets: boolean): EntityIndex {
    let entities = this.#indexes.get(snapshot);
    if (entities === undefined) {
      entities = new EntityIndex(snapshot, showSecrets);
      this.#indexes.set(snapshot, entities);
    }
    return entities;
  }

  #view(live: readonly WorkerStatus[]): AdminView {
    const { store, reloads, workers, health, showSecrets = false } = this.#options;
    const { nodeId, startedAt, settings } = this.#options;
    const snapshot = store.current;
    const entities = (): EntityIndex => this.#entitiesOf(snapshot, showSecrets);
    const self = { id: nodeId, startedAt, settings, hostname: hostname(), pid: process.pid };
    return {
      snapshot,
      get entities() {
        return entities();
      },
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

function addressOf(server: Server): ListenAddress {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string')
    throw new ListenError('the Admin API has no TCP address');
  return { host: address.address, port: address.port };
}

function listenError(name: string, address: ListenAddress, error: NodeJS.ErrnoException): ListenError {
  const where = formatAddress(address);
  const flag = name === 'Admin API' ? '--admin-listen' : '--status-listen';
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `another process listens there already: end it, or choose another address with ${flag}`,
    EACCES: `this user may not listen there: choose a port above 1023 with ${flag}`,
    EADDRNOTAVAIL: `this machine has no such address: choose another with ${flag}`,
  };
  const why = advice[error.code ?? ''] ?? messageOf(error);
  return new ListenError(`cannot open the ${name} on ${where}: ${why}`, { cause: error });
}
