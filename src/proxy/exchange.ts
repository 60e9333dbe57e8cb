import type { AccessEntry, AccessLog } from '../access-log/access-log.js';
import { remoteUser } from '../access-log/remote-user.js';
import type { Traffic } from '../metrics/traffic.js';
import type { RouteMatch } from '../router/router.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { ClientHead, ForwardedClaims } from './client-head.js';
import type { ClientObserver, ClientStream } from './client-stream.js';
import type { ClientHost, ClientTarget } from './client-target.js';
import { fieldValue } from './field-value.js';
import { newRequestId } from './request-id.js';

/** A request that was found to be well-formed. */
export interface ClientRequest {
  readonly target: ClientTarget;
  readonly host: ClientHost;
  readonly head: ClientHead;
  /** In normal form. */
  readonly path: string;
}

/** What is under way for a request, and hears of its client. */
export interface Undertaking {
  /** The client has gone: nothing is to be answered any more. */
  giveUp(): void;
  onClientDrain(): void;
  /** The exchange is over, however it ended. */
  settle(): void;
}

/** Where exchanges are counted and told of. */
export interface ExchangeRecords {
  readonly traffic: Traffic;
  /** Undefined where it is off. */
  readonly accessLog: AccessLog | undefined;
}

/** The status that a log shows for a client that left before its answer began; nginx's own. */
const CLIENT_GONE = 499;

/** One request and its answer: what the steps of its life hand on to each other, and in the end its own record. */
export class Exchange implements ClientObserver, AccessEntry {
  readonly stream: ClientStream;
  /** The address of the client, behind trusted proxies. */
  readonly clientAddress: string;
  readonly snapshot: Snapshot;
  readonly id = newRequestId();
  /** On the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly #records: ExchangeRecords;
  /** Whether the answer names its route and service. */
  debug = false;
  client: ClientRequest | undefined = undefined;
  match: RouteMatch | undefined = undefined;
  /** Set by who does it. */
  underWay: Undertaking | undefined = undefined;
  /** When the request was handed to the upstream; undefined before. */
  forwardedAt: number | undefined = undefined;
  /** From the hand-over to the first byte of the answer or the failure, in whole milliseconds. */
  upstreamLatency = 0;
  /** What the answer is to set, for the next request to come to the same target. */
  setCookie: string | undefined = undefined;
  /** `host:port` of the last upstream that was tried. */
  upstream: string | undefined = undefined;

  constructor(stream: ClientStream, clientAddress: string, snapshot: Snapshot, records: ExchangeRecords) {
    this.stream = stream;
    this.clientAddress = clientAddress;
    this.snapshot = snapshot;
    this.#records = records;
    records.traffic.requests += 1;
    records.traffic.inFlight += 1;
    stream.observer = this;
  }

  /** From the first look at the request to the hand-over, in whole milliseconds. */
  get proxyLatency(): number {
    return Math.floor((this.forwardedAt ?? performance.now()) - this.startedAt);
  }

  /** From the first look at the request until now, in whole milliseconds. */
  get responseLatency(): number {
    return Math.floor(performance.now() - this.startedAt);
  }

  /** Notes how long the upstream took. */
  upstreamAnswered(): void {
    if (this.forwardedAt !== undefined)
      this.upstreamLatency = Math.floor(performance.now() - this.forwardedAt);
  }

  /** What a trusted peer's X-Forwarded lines claim; undefined where there are none, or nobody believes them. */
  get claims(): ForwardedClaims | undefined {
    return this.stream.peer.trusted ? this.client?.head.claims : undefined;
  }

  /** The scheme that the client is said to have spoken: X-Forwarded-Proto as sent by a trusted peer, else our own. */
  get forwardedProto(): string {
    return this.claims?.proto ?? this.stream.peer.scheme;
  }

  onAnswered(): void {
    this.#end();
  }

  onClientGone(): void {
    this.#end();
    this.underWay?.giveUp();
  }

  onClientDrain(): void {
    this.underWay?.onClientDrain();
  }

  #end(): void {
    this.underWay?.settle();
    this.#records.traffic.inFlight -= 1;
    this.#records.accessLog?.record(this);
  }

  // What the access log asks.

  get at(): number {
    return Date.now();
  }

  get method(): string {
    return this.stream.head.method;
  }

  get target(): string {
    return this.stream.head.target;
  }

  get httpVersion(): string {
    return this.stream.head.version;
  }

  get status(): number {
    return this.stream.status === 0 ? CLIENT_GONE : this.stream.status;
  }

  get bodyBytesSent(): number {
    return this.stream.bodyBytes;
  }

  get requestTime(): number {
    return this.responseLatency;
  }

  get requestId(): string {
    return this.id;
  }

  get host(): string | undefined {
    return this.#field('host');
  }

  get referer(): string | undefined {
    return this.#field('referer');
  }

  get userAgent(): string | undefined {
    return this.#field('user-agent');
  }

  get remoteUser(): string | undefined {
    return remoteUser(this.#field('authorization'));
  }

  get routeId(): string | undefined {
    return this.match?.route.id;
  }

  get routeName(): string | undefined {
    return this.match?.route.name ?? undefined;
  }

  get serviceId(): string | undefined {
    return this.match?.service?.id;
  }

  get serviceName(): string | undefined {
    return this.match?.service?.name ?? undefined;
  }

  #field(name: string): string | undefined {
    return fieldValue(this.stream.head.rawHeaders, name);
  }
}
