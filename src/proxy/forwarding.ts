import type { Service } from '../config/entities.js';
import type { Logger } from '../log.js';
import type { RouteMatch } from '../router/router.js';
import { upstreamPath } from '../router/upstream-path.js';
import type { PeerAttempts } from '../upstreams/peer-attempts.js';
import { encodePath } from '../uri.js';
import { answerHead, interimHeaders, safeReason } from './answer-head.js';
import { balancedAttempts } from './balanced-attempts.js';
import type { ClientFraming } from './client-framing.js';
import type { ClientStream } from './client-stream.js';
import type { ClientRequest, Exchange, Undertaking } from './exchange.js';
import { failureAnswer, isTimeout } from './failure.js';
import { type BodySink, RequestBody } from './request-body.js';
import {
  respondBadBody,
  respondBadRequest,
  respondError,
  respondNotSupported,
  respondUpstreamFailure,
} from './respond.js';
import { decideRetry } from './retry-policy.js';
import type { Destination, ServiceOrigin } from './service-origin.js';
import { forwardedTrailers } from './trailers.js';
import type {
  Origin,
  Transport,
  UpstreamBody,
  UpstreamCall,
  UpstreamHandler,
  UpstreamHead,
  UpstreamRequest,
} from './transport/transport.js';
import type { UpstreamError } from './transport/upstream-error.js';
import { Tunnel } from './tunnel.js';
import { type Framing, upstreamHeaders } from './upstream-head.js';

/** One request on its way to a service and back, over as many attempts as it takes. */
export class Forwarding implements UpstreamHandler, BodySink, Undertaking {
  readonly #exchange: Exchange;
  readonly #stream: ClientStream;
  readonly #client: ClientRequest;
  readonly #match: RouteMatch;
  readonly #service: Service;
  readonly #target: ServiceOrigin;
  readonly #transport: Transport;
  readonly #log: Logger;
  /** Undefined for a service that is not balanced. */
  readonly #peers: PeerAttempts | undefined;
  #origin: Origin | undefined = undefined;
  #hostHeader = '';
  #framing: Framing = { kind: 'none' };
  #request: UpstreamRequest | undefined = undefined;
  #body: RequestBody | undefined = undefined;
  #call: UpstreamCall | undefined = undefined;
  #tunnel: Tunnel | undefined = undefined;
  #attempts = 0;
  #done = false;

  constructor(
    exchange: Exchange,
    client: ClientRequest,
    match: RouteMatch,
    target: ServiceOrigin,
    transport: Transport,
    log: Logger,
  ) {
    this.#exchange = exchange;
    this.#stream = exchange.stream;
    this.#client = client;
    this.#match = match;
    this.#service = target.service;
    this.#target = target;
    this.#transport = transport;
    this.#log = log;
    this.#peers = balancedAttempts(exchange, client, target.upstream);
  }

  /** Reads the body as far as the route wants it read ahead, then sends. */
  start(): void {
    const { framing, upgrade } = this.#stream.head;
    this.#exchange.underWay = this;
    if (framing.kind === 'unsupported') respondNotSupported(this.#exchange, 501);
    else if (upgrade) this.#prepare({ kind: 'none' }, { kind: 'tunnel' });
    else if (framing.kind === 'none') this.#prepare(framing, { kind: 'none' });
    else if (framing.kind === 'length' && framing.length === 0)
      this.#prepare({ kind: 'length', length: '0' }, { kind: 'none' });
    else this.#readBody(framing);
  }

  onInterim(head: UpstreamHead): void {
    this.#stream.interim(head.status, safeReason(head.reason), interimHeaders(head.rawHeaders));
  }

  onHead(head: UpstreamHead): void {
    this.#exchange.upstreamAnswered();
    this.#peers?.answered(head.status);
    if (head.status === 101) {
      this.#openTunnel(head);
      return;
    }
    const { headers, trailer, length } = answerHead(this.#exchange, head);
    if (trailer.length > 0 && this.#stream.takesTrailers(head.status, length)) headers.push(...trailer);
    this.#stream.begin(head.status, safeReason(head.reason), headers, length);
  }

  onData(chunk: Buffer): boolean {
    return this.#stream.write(chunk);
  }

  onReadEnd(): void {
    this.#stream.flush();
  }

  onEnd(rawTrailers: readonly string[]): void {
    this.#done = true;
    // What is left of the request's body nobody wants any more.
    this.#body?.discard();
    this.#stream.end(forwardedTrailers(rawTrailers));
  }

  onError(error: UpstreamError): void {
    this.#call = undefined;
    if (this.#stream.status !== 0) {
      this.#done = true;
      this.#logFailure(error, 'upstream failed inside its answer');
      this.#stream.cut();
      return;
    }
    this.#exchange.upstreamAnswered();
    const decision = this.#repeatable(error)
      ? decideRetry(this.#stream.head.method, error, this.#attempts, this.#service.retries)
      : 'give-up';
    if (decision === 'retry-fresh') this.#send(true);
    else {
      this.#peers?.failed(isTimeout(error.failure), decision === 'retry');
      if (decision === 'give-up' || !this.#attempt()) this.#fail(error);
    }
  }

  onDrain(): void {
    if (this.#tunnel !== undefined) this.#tunnel.onDrain();
    else this.#body?.resume();
  }

  onClientDrain(): void {
    this.#call?.resume();
  }

  onBody(chunk: Buffer): boolean {
    return this.#call?.write(chunk) ?? false;
  }

  onBodyEnd(rawTrailers: readonly string[]): void {
    this.#call?.end(forwardedTrailers(rawTrailers));
  }

  onBodyFault(fault: 'malformed' | 'timeout'): void {
    if (this.#done) return;
    this.#call?.abort();
    this.#done = true;
    if (this.#stream.status !== 0) this.#stream.cut();
    else if (fault === 'malformed') respondBadBody(this.#exchange);
    else respondBadRequest(this.#exchange, 408, 'Request timeout');
  }

  #readBody(framing: ClientFraming): void {
    const body = new RequestBody(this.#stream, this);
    this.#body = body;
    const send = (): void => {
      const outgoing = body.outgoing(framing);
      // HTTP/2 shows by itself where a body ends: only a client that tells a length is repeated.
      const untold = this.#target.own.origin.http2 === true && framing.kind !== 'length';
      this.#prepare(untold ? { kind: 'none' } : outgoing.framing, outgoing.body);
    };
    // A gRPC call may wait for answers in the middle of its body.
    if (this.#match.route.request_buffering && this.#target.own.origin.http2 !== true) body.buffer(send);
    // What came with the head is read first: a body that is complete by then goes on with its length, as in Kong.
    else setImmediate(send);
  }

  #prepare(framing: Framing, body: UpstreamBody): void {
    if (this.#done) return;
    this.#framing = framing;
    this.#exchange.forwardedAt = performance.now();
    if (this.#attempt(body)) return;
    this.#done = true;
    this.#log.error(this.#logged(), 'no target of the upstream is available');
    respondError(this.#exchange, 503, 'failure to get a peer from the ring-balancer');
    this.#body?.discard();
  }

  /** Sends the request where it is to go next, the first time with its body. False where there is no such place. */
  #attempt(body = this.#request?.body): boolean {
    const next = this.#destination();
    if (next === undefined || body === undefined) return false;
    const { origin, hostHeader } = next;
    if (this.#request === undefined || hostHeader !== this.#hostHeader) {
      this.#hostHeader = hostHeader;
      this.#request = this.#write(hostHeader, body);
    }
    this.#origin = origin;
    this.#exchange.upstream = origin.authority;
    this.#attempts += 1;
    this.#send(false);
    return true;
  }

  /** Where the next attempt goes; undefined where no peer is available. */
  #destination(): Destination | undefined {
    let place = this.#target.own;
    if (this.#peers !== undefined) {
      const peer = this.#peers.next();
      if (peer === undefined) return undefined;
      place = this.#target.at(peer);
    }
    const { host } = this.#client;
    if (!this.#match.route.preserve_host || host.raw === '') return place;
    return { origin: this.#target.preserving(place.origin, host.routed), hostHeader: host.raw };
  }

  #write(hostHeader: string, body: UpstreamBody): UpstreamRequest {
    const { route } = this.#match;
    const { path, target } = this.#client;
    const prefix = route.strip_path ? this.#match.prefix : undefined;
    const upstream = upstreamPath(this.#service.path, path, prefix, route.path_handling);
    return {
      method: this.#stream.head.method,
      target: encodePath(upstream) + target.query,
      rawHeaders: upstreamHeaders(this.#exchange, this.#client, route, hostHeader, this.#framing),
      body,
      timeouts: this.#target.timeouts,
    };
  }

  #send(fresh: boolean): void {
    if (this.#request === undefined || this.#origin === undefined || this.#done) return;
    const request = fresh ? { ...this.#request, fresh } : this.#request;
    this.#call = this.#transport.send(this.#origin, request, this);
    if (request.body.kind === 'length' || request.body.kind === 'chunked') this.#body?.stream();
  }

  /** A body that streams can only be repeated while all of it is held and none of it has left. */
  #repeatable(error: UpstreamError): boolean {
    const kind = this.#request?.body.kind;
    if (kind === 'none' || kind === 'whole') return true;
    if (kind === 'tunnel') return true;
    return error.phase === 'connect' && this.#body?.repeatable === true;
  }

  #fail(error: UpstreamError): void {
    this.#done = true;
    this.#logFailure(error, 'no usable answer from the upstream');
    const { status, message } = failureAnswer(error.failure);
    if (status === 503) respondError(this.#exchange, status, message);
    else respondUpstreamFailure(this.#exchange, status, message);
    this.#body?.discard();
  }

  #logFailure({ code, phase, message }: UpstreamError, what: string): void {
    this.#log.error({ ...this.#logged(), code, phase, reason: message }, what);
  }

  #logged(): object {
    return {
      request_id: this.#exchange.id,
      route: this.#match.route.name ?? this.#match.route.id,
      service: this.#service.name ?? this.#service.id,
      upstream: this.#exchange.upstream,
      attempts: this.#attempts,
    };
  }

  #openTunnel(head: UpstreamHead): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#tunnel = new Tunnel(this.#exchange, call);
    this.#tunnel.open(head);
  }

  giveUp(): void {
    if (this.#done) return;
    this.#done = true;
    this.#call?.abort();
  }

  settle(): void {
    this.#peers?.end();
  }
}
