import { connect as connectTcp, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type SecureContext,
} from 'node:tls';
import { messageOf } from '../../errors.js';
import type { CheckResult } from './check-result.js';
import type { ClientCertificate } from './health-hold.js';
import type { ProbeRequest, ProbeTls } from './probe-request.js';
import { StatusLineReader } from './status-line.js';

/** What makes probes; tests have their own. */
export interface ProbeSender {
  /** Never rejects. Undefined when `signal` ended the probe; settles once the connection is closed. */
  send(request: ProbeRequest, signal: AbortSignal): Promise<CheckResult | undefined>;
}

/** Makes probes over sockets, a new connection each. */
export class ProbeClient implements ProbeSender {
  readonly #authorities: string | undefined;
  readonly #contexts = new WeakMap<ClientCertificate, SecureContext>();
  #anonymous: SecureContext | undefined;

  /** `authorities` (PEM) are trusted instead of Node's own. */
  constructor(authorities?: string) {
    this.#authorities = authorities;
  }

  async send(request: ProbeRequest, signal: AbortSignal): Promise<CheckResult | undefined> {
    if (signal.aborted) return undefined;
    try {
      const socket =
        request.tls === undefined ? connectTcp(endOf(request)) : this.#secure(request, request.tls);
      return await check(socket, request, signal);
    } catch (error) {
      // A certificate or a name that cannot be used at all.
      return { kind: 'tcp', message: messageOf(error) };
    }
  }

  #secure(request: ProbeRequest, tls: ProbeTls): Socket {
    return connectTls({
      ...endOf(request),
      ...(tls.servername === undefined ? {} : { servername: tls.servername }),
      ...(tls.protocols.length === 0 ? {} : { ALPNProtocols: [...tls.protocols] }),
      secureContext: this.#context(tls.clientCertificate),
      rejectUnauthorized: tls.verify,
      checkServerIdentity: (_host, certificate) => checkServerIdentity(tls.identity, certificate),
    });
  }

  /** Building a context is costly, so those with the same certificates share one. */
  #context(certificate: ClientCertificate | undefined): SecureContext {
    const trusted = this.#authorities === undefined ? {} : { ca: this.#authorities };
    if (certificate === undefined) {
      this.#anonymous ??= createSecureContext(trusted);
      return this.#anonymous;
    }
    const known = this.#contexts.get(certificate);
    if (known !== undefined) return known;
    const context = createSecureContext({ ...trusted, cert: certificate.cert, key: certificate.key });
    this.#contexts.set(certificate, context);
    return context;
  }
}

function endOf({ address, port }: ProbeRequest) {
  return { host: address, port };
}

/** Sends the request, reads a status line and closes. */
function check(socket: Socket, request: ProbeRequest, signal: AbortSignal): Promise<CheckResult | undefined> {
  return new Promise((resolve) => {
    let result: CheckResult | undefined;
    const finish = (found: CheckResult): void => {
      result ??= found;
      socket.destroy();
    };
    const onAbort = (): void => void socket.destroy();
    const timer = setTimeout(() => {
      finish({ kind: 'timeout', message: `no answer within ${request.timeout} ms` });
    }, request.timeout);
    const reader = new StatusLineReader();
    socket
      .on(request.tls === undefined ? 'connect' : 'secureConnect', () => {
        if (request.head === undefined) finish({ kind: 'connected' });
        else socket.write(request.head);
      })
      .on('data', (bytes: Buffer) => {
        const status = reader.read(bytes);
        if (status !== undefined) finish({ kind: 'http', status });
      })
      .on('error', (error) => finish({ kind: 'tcp', message: messageOf(error) }))
      .on('close', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) resolve(undefined);
        else resolve(result ?? { kind: 'tcp', message: 'closed the connection without an answer' });
      });
    signal.addEventListener('abort', onAbort);
  });
}
