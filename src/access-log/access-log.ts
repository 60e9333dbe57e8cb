/**
 * What an access log tells about one request, when its answer has ended. Strings of the client's (method, target,
 * host, referer, user agent, user) hold one byte a character, as they came; any byte may stand in them. Absent ones
 * are undefined.
 */
export interface AccessEntry {
  /** When the answer ended, in milliseconds since 1970. */
  readonly at: number;
  /** An IP address, the one that real-IP rules have found: written as it is. */
  readonly clientAddress: string;
  /** Empty where the request line could not be read; `target` is then what there is of it. */
  readonly method: string;
  /** As sent, query and all. */
  readonly target: string;
  /** `1.1`, as nginx writes it behind `HTTP/`. */
  readonly httpVersion: string;
  /** 101 of a WebSocket; 499 where the client left before an answer began, as nginx has it. */
  readonly status: number;
  /** Bytes of the body, or of a tunnel, that were handed to the client. */
  readonly bodyBytesSent: number;
  /** From the first byte of the request to the end of the answer, in milliseconds. */
  readonly requestTime: number;
  readonly host: string | undefined;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** The user of Basic authentication. */
  readonly remoteUser: string | undefined;
  /** Of the gateway's own making: written as it is. */
  readonly requestId: string;
  /** `host:port` of the last upstream that was tried. */
  readonly upstream: string | undefined;
  /** Until the upstream's answer began, in milliseconds. */
  readonly upstreamLatency: number | undefined;
  readonly routeId: string | undefined;
  readonly routeName: string | undefined;
  readonly serviceId: string | undefined;
  readonly serviceName: string | undefined;
}

/** Where finished requests are told. */
export interface AccessLog {
  /** Takes one finished request. Never waits and never throws: where nobody takes the lines in, they are dropped. */
  record(entry: AccessEntry): void;
  /** Opens the file anew, for it was moved away; lines that are not written yet go to the new one. */
  reopen(): void;
  /** Writes out what was recorded, a second at most. What is recorded later is dropped. */
  close(): Promise<void>;
}

/** One entry as one line with its line feed, in ASCII, so that its length is its size in bytes. */
export type LineFormat = (entry: AccessEntry) => string;
