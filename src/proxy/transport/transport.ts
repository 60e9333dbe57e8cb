import type { Authorities } from '../../tls/authorities.js';
import type { ClientIdentity } from '../../tls/client-identity.js';
import type { UpstreamError } from './upstream-error.js';

/** What the certificate of an upstream must be. */
export interface Verification {
  /** The host name or IP address (without brackets) that it must be for. */
  readonly name: string;
  /** Who may have signed it. */
  readonly authorities: Authorities;
  /** How many certificates there may be between it and the authority's. */
  readonly depth: number;
}

/** How an `https` origin is spoken to. Every field is part of the pool's key: no two settings share a socket. */
export interface UpstreamTls {
  /** The name sent as SNI; undefined for an IP address. */
  readonly servername: string | undefined;
  /** Undefined where any certificate is taken. */
  readonly verification: Verification | undefined;
  /** Shown to an upstream that asks who the gateway is. */
  readonly identity: ClientIdentity | undefined;
}

/** Where an upstream lives. Connections are pooled by all of its fields. */
export interface Origin {
  /** A host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, for logs. */
  readonly authority: string;
  readonly tls: UpstreamTls | undefined;
  /** HTTP/2 is spoken, with prior knowledge or, over TLS, by ALPN; else HTTP/1.1. */
  readonly http2?: true;
  /** Equal for equal origins, different for different ones. */
  readonly key: string;
}

/** Milliseconds: to be connected (TLS included), between two writes, and for the head or between two reads. */
export interface UpstreamTimeouts {
  readonly connect: number;
  readonly write: number;
  readonly read: number;
}

/** How the request body is framed and where it comes from. */
export type UpstreamBody =
  /** No body at all. */
  | { readonly kind: 'none' }
  /** The whole body; the head says Content-Length, unless HTTP/2 is spoken. */
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Comes through `UpstreamCall.write`; the head says Content-Length, the caller keeps to it. */
  | { readonly kind: 'length' }
  /** Comes through `UpstreamCall.write`; the head says chunked where HTTP/1.1 is spoken, the transport frames it. */
  | { readonly kind: 'chunked' }
  /**
   * No body, but a request to switch protocols. After a 101, `write` sends raw bytes and `onData` brings raw bytes,
   * until the upstream ends (`onEnd`); the read timeout then counts from the last byte in either direction.
   */
  | { readonly kind: 'tunnel' };

/** One request to an upstream. */
export interface UpstreamRequest {
  readonly method: string;
  /** The request-target, as it goes on the wire. */
  readonly target: string;
  /** Names and values in turn: the complete head (Host, Connection and framing included), in latin1 and free of CR and LF. */
  readonly rawHeaders: readonly string[];
  readonly body: UpstreamBody;
  readonly timeouts: UpstreamTimeouts;
  /** True: over another connection, for the repetition of a request whose pooled connection proved `stale`. */
  readonly fresh?: boolean;
}

/** The head of an answer. */
export interface UpstreamHead {
  readonly status: number;
  /** The version of HTTP it came in; 1.1 where absent. */
  readonly version?: '2.0';
  /** The reason phrase as sent, may be empty; the usual one where the version of HTTP has none. */
  readonly reason: string;
  /** Names and values in turn, as received, in latin1. */
  readonly rawHeaders: readonly string[];
}

/**
 * Takes an answer. Calls come in this order: `onInterim` (1xx but 101) any number of times, `onHead` once,
 * `onData` any number of times, then exactly one of `onEnd` and `onError`. `onError` may come at any point and
 * is always the last call. After `UpstreamCall.abort` nothing comes any more. No call is made from inside `send`.
 */
export interface UpstreamHandler {
  onInterim(head: UpstreamHead): void;
  onHead(head: UpstreamHead): void;
  /** Returns false to ask for a pause until `UpstreamCall.resume`; what was read before may still come. */
  onData(chunk: Buffer): boolean;
  /** All that came together has been delivered, and the answer goes on: nothing should wait for more of it. */
  onReadEnd(): void;
  /** The answer is complete. `rawTrailers`: names and values in turn, usually empty. */
  onEnd(rawTrailers: readonly string[]): void;
  onError(error: UpstreamError): void;
  /** More of a streamed request body can be written. */
  onDrain(): void;
}

/** A request under way. */
export interface UpstreamCall {
  /** Sends a piece of a streamed body. Returns false to ask for a pause until `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Ends a streamed body, with trailers where it is chunked. */
  end(rawTrailers?: readonly string[]): void;
  resume(): void;
  /**
   * Gives up: the connection is closed, the handler hears nothing more. Does nothing once the answer is complete.
   * What was written into a tunnel still goes out first.
   */
  abort(): void;
}

/** Sends requests to upstreams over pooled connections that outlive snapshots. */
export interface Transport {
  send(origin: Origin, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
  /** Closes idle connections now and busy ones as they end. Idempotent; resolves when all are closed. */
  close(): Promise<void>;
}
