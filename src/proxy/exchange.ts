import type { Traffic } from '../metrics/traffic.js';
import type { RouteMatch } from '../router/router.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { ClientHead } from './client-head.js';
import type { ClientObserver, ClientStream } from './client-stream.js';
import type { ClientHost, ClientTarget } from './client-target.js';
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
}

/** One request and its answer: what the steps of its life hand on to each other. */
export class Exchange implements ClientObserver {
  readonly stream: ClientStream;
  readonly snapshot: Snapshot;
  readonly id = newRequestId();
  /** On the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly #traffic: Traffic;
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

  constructor(stream: ClientStream, snapshot: Snapshot, traffic: Traffic) {
    this.stream = stream;
    this.snapshot = snapshot;
    this.#traffic = traffic;
    traffic.requests += 1;
    traffic.inFlight += 1;
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

  onAnswered(): void {
    this.#traffic.inFlight -= 1;
  }

  onClientGone(): void {
    this.#traffic.inFlight -= 1;
    this.underWay?.giveUp();
  }

  onClientDrain(): void {
    this.underWay?.onClientDrain();
  }
}
