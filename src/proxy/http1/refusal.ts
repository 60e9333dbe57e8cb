import type { AccessEntry } from '../../access-log/access-log.js';
import { PRODUCT_TOKEN } from '../../version.js';
import type { ClientPeer } from '../client-stream.js';
import { errorBody } from '../error-body.js';
import { httpDate } from '../http-date.js';
import { newRequestId } from '../request-id.js';

const ANSWERS = {
  malformed: { status: 400, reason: 'Bad Request', message: 'Bad request' },
  oversized: { status: 400, reason: 'Bad Request', message: 'Request header or cookie too large' },
  timeout: { status: 408, reason: 'Request Time-out', message: 'Request timeout' },
} as const;

/** What could not be read as a request, and the whole answer to it. */
export class RefusedRequest implements AccessEntry {
  /** The answer as it goes on the wire. */
  readonly text: string;
  readonly at = Date.now();
  readonly clientAddress: string;
  readonly method = '';
  readonly target: string;
  readonly httpVersion = '1.1';
  readonly status: number;
  readonly bodyBytesSent: number;
  readonly requestTime = 0;
  readonly host = undefined;
  readonly referer = undefined;
  readonly userAgent = undefined;
  readonly remoteUser = undefined;
  readonly requestId = newRequestId();
  readonly upstream = undefined;
  readonly upstreamLatency = undefined;
  readonly routeId = undefined;
  readonly routeName = undefined;
  readonly serviceId = undefined;
  readonly serviceName = undefined;

  /** `line`: what there is of the request line. */
  constructor(fault: keyof typeof ANSWERS, peer: ClientPeer, line: string) {
    const { status, reason, message } = ANSWERS[fault];
    const { contentType, body } = errorBody(message, this.requestId, undefined, 'plain');
    this.clientAddress = peer.address;
    this.target = line;
    this.status = status;
    this.bodyBytesSent = Buffer.byteLength(body);
    this.text = [
      `HTTP/1.1 ${status} ${reason}`,
      `Date: ${httpDate()}`,
      `Content-Type: ${contentType}`,
      'Connection: close',
      `Content-Length: ${this.bodyBytesSent}`,
      'X-Kong-Response-Latency: 0',
      `Server: ${PRODUCT_TOKEN}`,
      `X-Kong-Request-Id: ${this.requestId}`,
      '',
      body,
    ].join('\r\n');
  }
}
