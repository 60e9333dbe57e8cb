import type { ClientFraming } from './client-framing.js';

/** The head of a client's request, whichever version of HTTP carries it. */
export interface ClientRequestHead {
  readonly method: string;
  /** The request-target as sent. */
  readonly target: string;
  readonly version: '1.0' | '1.1' | '2.0';
  /** Names and values in turn, as received, in latin1. */
  readonly rawHeaders: readonly string[];
  /** The joined value of Connection; undefined where there is none. */
  readonly connection: string | undefined;
  readonly framing: ClientFraming;
  /** The length of the longest header line, without colon and line ending; in HTTP/2 that of all fields together. */
  readonly longestLine: number;
  /** Delimited well enough to be answered, but nothing that could be forwarded. */
  readonly malformed: boolean;
  /** A version that is not spoken here. */
  readonly versionUnsupported: boolean;
  /** Whether the request asks, in a well-formed way, for its connection to become a WebSocket. */
  readonly upgrade: boolean;
}

/** Who is at the other end of a client's connection, and where it arrived. */
export interface ClientPeer {
  /** The address at the socket's other end, an IPv4 one without the IPv6 prefix. */
  readonly address: string;
  /** The port the client reached: the listener's, by port_maps. */
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** The name asked for in the TLS handshake. */
  readonly sni: string | undefined;
  /** Whether it is a proxy (trusted_ips) that is believed what it says about its clients. */
  readonly trusted: boolean;
  /** The client's address as the PROXY protocol has named it; undefined where it has not. */
  readonly proxied: string | undefined;
}

/** Takes the body of a request, and after `switchProtocols` the raw bytes of the client. */
export interface ClientBodySink {
  onBody(chunk: Buffer): void;
  /** The body is complete, or the client has ended its side of a tunnel. */
  onBodyEnd(rawTrailers: readonly string[]): void;
  /** The rest of the body cannot be read: its framing is malformed, or the client stopped sending. A last call. */
  onBodyFault(fault: 'malformed' | 'timeout'): void;
}

/** Hears of a request while it is under way. Either of `onAnswered` and `onClientGone` comes last, and once. */
export interface ClientObserver {
  /** The answer is complete, or was cut. */
  onAnswered(): void;
  /** The client has gone before its answer was complete. */
  onClientGone(): void;
  /** The client has taken what was written; only after a `write` that returned false. */
  onClientDrain(): void;
}

/** One request of a client and the way back to it: what a version of HTTP gives the data plane to work with. */
export interface ClientStream {
  readonly head: ClientRequestHead;
  readonly peer: ClientPeer;
  /** To be set before anything else is done with the stream. */
  observer: ClientObserver | undefined;
  /** The status of the answer; 0 before it has begun. */
  readonly status: number;
  /** Bytes of the answer's body so far, without its framing. */
  readonly bodyBytes: number;

  /** Hands the body to `sink`, as it comes. */
  readBody(sink: ClientBodySink): void;
  /** Stops reading; what was read before may still come. */
  pauseBody(): void;
  resumeBody(): void;
  /** Reads the rest of the body away: the sink hears no more of it. */
  discardBody(): void;

  /** Sends an interim answer (1xx), to clients that know them (RFC 9110, 15.2). */
  interim(status: number, reason: string, rawHeaders: readonly string[]): void;
  /** Whether an answer with so many bytes of body, -1 where only its end will tell, can have trailers. */
  takesTrailers(status: number, length: number): boolean;
  /** Makes this answer the last one of its connection; to be called before `begin`. */
  last(): void;
  /**
   * Begins the answer. The head leaves with the first piece of the body, or with `flush`.
   * `length`: bytes of the body to come, -1 where only its end will tell. Connection and Transfer-Encoding are the
   * stream's matter.
   */
  begin(status: number, reason: string, rawHeaders: readonly string[], length: number): void;
  /** Returns false to ask for a pause until `onClientDrain`. */
  write(chunk: Buffer): boolean;
  /** Sends what is held back in the hope of more that could leave with it. */
  flush(): void;
  /** Ends the answer, or the tunnel. */
  end(rawTrailers: readonly string[]): void;
  /** What has gone out stays valid; the missing end tells the client that the answer is cut. */
  cut(): void;
  /** Answers 101 and makes the connection a tunnel: `write` sends raw bytes, the body's sink gets raw bytes. */
  switchProtocols(reason: string, rawHeaders: readonly string[]): void;
}
