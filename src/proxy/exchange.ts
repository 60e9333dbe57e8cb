import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RouteMatch } from '../router/router.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { ClientHead } from './client-head.js';
import type { ClientHost, ClientTarget } from './client-target.js';
import { newRequestId } from './request-id.js';

/** The raw connection of a request that asks to become a WebSocket. */
export interface UpgradeSocket {
  readonly socket: Duplex;
  /** What came behind the request's head. */
  readonly early: Buffer;
}

/** A request that was found to be well-formed. */
export interface ClientRequest {
  readonly target: ClientTarget;
  readonly host: ClientHost;
  readonly head: ClientHead;
  /** In normal form. */
  readonly path: string;
}

/** A request as the server makes it, with room for the exchange it belongs to. */
export class GatewayRequest extends IncomingMessage {
  exchange: Exchange | undefined = undefined;
}

/** Something under way for a request that can be given up, without a word to the client. */
export interface Cancellable {
  giveUp(): void;
}

/** One request and its answer: what the steps of its life hand on to each other. */
export class Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly snapshot: Snapshot;
  readonly id = newRequestId();
  /** On the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly upgrade: UpgradeSocket | undefined;
  readonly scheme: 'http' | 'https' = 'http';
  /** The address of the client, an IPv4 one without the IPv6 prefix. */
  readonly clientAddress: string;
  /** The port the client reached. */
  readonly port: number;
  readonly #draining: () => boolean;
  /** Whether the answer names its route and service. */
  debug = false;
  client: ClientRequest | undefined;
  match: RouteMatch | undefined;
  /** Set by who does it. */
  underWay: Cancellable | undefined;
  /** When the request was handed to the upstream; undefined before. */
  forwardedAt: number | undefined;
  /** From the hand-over to the first byte of the answer or the failure, in whole milliseconds. */
  upstreamLatency = 0;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    snapshot: Snapshot,
    draining: () => boolean,
    upgrade: UpgradeSocket | undefined,
  ) {
    this.req = req;
    this.res = res;
    this.snapshot = snapshot;
    this.#draining = draining;
    this.upgrade = upgrade;
    this.clientAddress = plainAddress(req.socket.remoteAddress ?? '');
    this.port = req.socket.localPort ?? 0;
  }

  /** Whether the connection ends with this answer, as things stand now. */
  get closing(): boolean {
    return !this.res.shouldKeepAlive || this.#draining();
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
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
