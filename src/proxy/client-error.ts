import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PRODUCT_TOKEN } from '../version.js';
import { errorBody } from './error-body.js';
import { GatewayRequest } from './exchange.js';
import { newRequestId } from './request-id.js';
import { respondBadBody } from './respond.js';

interface ParserError extends Error {
  readonly code?: string;
}

/** What Node's parser reports, and what Kong answers; anything else is a 400 "Bad request". */
const ANSWERS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [400, 'Request header or cookie too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request timeout'],
};

/** Milliseconds a client has to close a connection whose last answer is out (nginx's lingering_timeout is 5 s). */
const LINGER = 2_000;

/** What means that the client is gone, within a message too. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Connections whose fault is answered once the answers before it are out. */
const waiting = new WeakSet<Duplex>();

/** Answers a request that Node's parser refused, and closes: nothing behind it can be trusted. */
export function answerClientError(error: ParserError, socket: Duplex): void {
  if (waiting.has(socket)) return;
  const pending = answerUnderWay(socket);
  if (GONE.has(error.code ?? '')) socket.destroy();
  else if (pending === undefined) refuse(error, socket);
  else if (pending.req.complete) {
    // The fault lies behind a request that is sound: its answer comes first (RFC 9112, 9.3.2).
    waiting.add(socket);
    pending.once('close', () => {
      waiting.delete(socket);
      answerClientError(error, socket);
    });
  } else if (pending.headersSent) socket.destroy();
  else refuseBody(pending, error, socket);
}

function refuseBody(pending: ServerResponse, error: ParserError, socket: Duplex): void {
  const exchange = pending.req instanceof GatewayRequest ? pending.req.exchange : undefined;
  if (exchange?.underWay === undefined) {
    refuse(error, socket);
    return;
  }
  exchange.underWay.giveUp();
  respondBadBody(exchange);
}

function refuse(error: ParserError, socket: Duplex): void {
  if (!socket.writable) return;
  const [status, message] = ANSWERS[error.code ?? ''] ?? [400, 'Bad request'];
  const id = newRequestId();
  const { contentType, body } = errorBody(message, id, undefined, 'plain');
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Date: ${new Date().toUTCString()}`,
      `Content-Type: ${contentType}`,
      'Connection: close',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Kong-Response-Latency: 0',
      `Server: ${PRODUCT_TOKEN}`,
      `X-Kong-Request-Id: ${id}`,
      '',
      body,
    ].join('\r\n'),
  );
  // Closed at once, with bytes of the client unread, the connection could take the answer with it.
  const linger = setTimeout(() => socket.destroy(), LINGER).unref();
  socket.on('close', () => clearTimeout(linger));
}

/** Node keeps the answer under way on the socket. */
function answerUnderWay(
  socket: Duplex & { readonly _httpMessage?: ServerResponse | null },
): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}
