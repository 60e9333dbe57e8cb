/** A request to send, its body included. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  readonly host: string;
  readonly path: string;
  readonly bodyBytes: number;
  /** Whether it asks for the connection to be closed: the next request then takes a new one. */
  readonly close: boolean;
}

/** What to send where, over how many connections and for how long. */
export interface LoadPlan {
  /** Scheme, host and port, as in a URL. */
  readonly origin: string;
  readonly connections: number;
  readonly seconds: number;
  /** Sent in turn, over and over. */
  readonly requests: readonly LoadRequest[];
}

/** What came of it. Times are in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that were not right, and connections that broke. */
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
}

/** Something that sends requests, in a process of its own. */
export interface LoadGenerator {
  readonly name: string;
  run(plan: LoadPlan): Promise<LoadResult>;
}

/** A request as it goes over the wire. */
export function requestText(request: LoadRequest): string {
  const { method, path, host, bodyBytes, close } = request;
  const length = bodyBytes > 0 ? `Content-Length: ${bodyBytes}\r\n` : '';
  const connection = close ? 'Connection: close\r\n' : '';
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${connection}${length}\r\n${'x'.repeat(bodyBytes)}`;
}
