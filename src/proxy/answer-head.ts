import { PRODUCT_TOKEN, viaToken } from '../version.js';
import { namedByConnection } from './client-head.js';
import type { Exchange } from './exchange.js';
import { fieldName } from './field-name.js';
import { fieldValue } from './field-value.js';
import { httpDate } from './http-date.js';
import { debugHeaders } from './respond.js';
import type { UpstreamHead } from './transport/transport.js';

/** Types that get a charset when they name none, as Kong's nginx does it. */
const CHARSET_TYPES: ReadonlySet<string> = new Set([
  'text/html',
  'text/plain',
  'text/xml',
  'application/javascript',
  'application/rss+xml',
  'text/vnd.wap.wml',
]);

const OWN_VIA = viaToken('1.1');
const OWN_VIA_2 = viaToken('2.0');

/** The lines of an answer that say how it is framed, and what of it the client gets. */
export interface AnswerHead {
  /** Names and values in turn. */
  readonly headers: string[];
  /** The Trailer lines, names and values in turn: only a chunked answer may carry them (RFC 9110, 6.6.2). */
  readonly trailer: readonly string[];
  /** The Content-Length; -1 where there is none. */
  readonly length: number;
}

/**
 * Writes the head of the client's answer from the upstream's: hop-by-hop lines go (RFC 9110, 7.6.1), the
 * gateway's own come behind.
 */
export function answerHead(exchange: Exchange, head: UpstreamHead): AnswerHead {
  const headers: string[] = [];
  const trailer: string[] = [];
  const named = namedByConnection(fieldValue(head.rawHeaders, 'connection'));
  const seen = { length: -1, server: false, date: false, type: false, via: '' };
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    const name = head.rawHeaders[i] ?? '';
    const value = head.rawHeaders[i + 1] ?? '';
    const { answer, lower } = fieldName(name);
    if (named?.includes(lower) && !(answer === 'upgrade' && head.status === 426)) continue;
    switch (answer) {
      case 'drop':
        continue;
      case 'upgrade':
        // A 426 has to name the protocol it asks for (RFC 9110, 15.5.22).
        if (head.status === 426) headers.push(name, value);
        continue;
      case 'trailer':
        trailer.push(name, value);
        continue;
      case 'via':
        seen.via = seen.via === '' ? `${value}, ` : `${seen.via}${value}, `;
        continue;
      case 'content-type':
        // Two types contradict each other: the first counts, as in Kong.
        if (!seen.type && value !== '') headers.push(name, withCharset(value));
        seen.type = true;
        continue;
      case 'content-length':
        seen.length = Number(value);
        break;
      case 'server':
        seen.server = true;
        break;
      case 'date':
        seen.date = true;
        break;
      default:
    }
    headers.push(name, value);
  }
  // A server with a clock says when it answered (RFC 9110, 6.6.1); an upstream may have none.
  if (!seen.date) headers.push('Date', httpDate());
  if (!seen.server) headers.push('Server', PRODUCT_TOKEN);
  headers.push('X-Kong-Upstream-Latency', String(exchange.upstreamLatency));
  headers.push('X-Kong-Proxy-Latency', String(exchange.proxyLatency));
  headers.push(
    'Via',
    seen.via + (head.version === '2.0' ? OWN_VIA_2 : OWN_VIA),
    'X-Kong-Request-Id',
    exchange.id,
  );
  headers.push(...debugHeaders(exchange));
  if (exchange.setCookie !== undefined) headers.push('Set-Cookie', exchange.setCookie);
  return { headers, trailer, length: seen.length };
}

/** The lines of an interim answer, without those that speak of one connection only. */
export function interimHeaders(rawHeaders: readonly string[]): string[] {
  const headers: string[] = [];
  const named = namedByConnection(fieldValue(rawHeaders, 'connection'));
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const { answer, lower } = fieldName(name);
    if (answer === 'drop' || answer === 'upgrade' || named?.includes(lower)) continue;
    headers.push(name, rawHeaders[i + 1] ?? '');
  }
  return headers;
}

/** A reason phrase that may stand in a status line; one that may not is left out (it is optional, RFC 9112, 4). */
export function safeReason(reason: string): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(reason) ? reason : '';
}

function withCharset(type: string): string {
  return CHARSET_TYPES.has(type.toLowerCase()) ? `${type}; charset=UTF-8` : type;
}
