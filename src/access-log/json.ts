import { isUtf8 } from 'node:buffer';
import type { AccessEntry, LineFormat } from './access-log.js';
import { RouteFields } from './route-fields.js';

/** What cannot stand in a JSON string of ASCII as it is. */
const UNSAFE = /[^ !#-[\]-~]/;
const NOT_ASCII = /[^\0-~]/g;

/** Digits of a time that change within a second, written once. */
const MILLISECONDS = Array.from({ length: 1000 }, (_, index) => String(index).padStart(3, '0'));

/**
 * One JSON object a line, with the same fields in each: absent values are null, times are in milliseconds. Bytes of
 * the client's that are UTF-8 read as such, others as Latin-1.
 */
export function jsonFormat(): LineFormat {
  const routes = new RouteFields(text);
  let second = Number.NaN;
  let digits = '';
  const time = (at: number): string => {
    const current = Math.floor(at / 1000);
    if (current !== second) {
      second = current;
      digits = String(current);
    }
    return digits + MILLISECONDS[Math.floor(at) - current * 1000];
  };
  return (entry) =>
    `{"time":${time(entry.at)},"request_id":"${entry.requestId}","client_address":"${entry.clientAddress}",` +
    `"remote_user":${bytes(entry.remoteUser)},${request(entry)},"status":${entry.status},` +
    `"body_bytes_sent":${entry.bodyBytesSent},"request_time":${entry.requestTime},` +
    `"upstream_latency":${entry.upstreamLatency ?? null},"upstream":${text(entry.upstream)},` +
    `${routes.of(entry)},"user_agent":${bytes(entry.userAgent)},"referer":${bytes(entry.referer)}}\n`;
}

function request({ method, host, target, httpVersion }: AccessEntry): string {
  return (
    `"method":${bytes(method)},"host":${bytes(host)},"path":${bytes(target)},` +
    `"http_version":"${httpVersion}"`
  );
}

/** A JSON string of what came from a client. */
function bytes(value: string | undefined): string {
  if (value === undefined) return 'null';
  return UNSAFE.test(value) ? quote(readUtf8(value)) : `"${value}"`;
}

/** A JSON string of text of ours. */
function text(value: string | undefined): string {
  if (value === undefined) return 'null';
  return UNSAFE.test(value) ? quote(value) : `"${value}"`;
}

function readUtf8(value: string): string {
  const raw = Buffer.from(value, 'latin1');
  return isUtf8(raw) ? raw.toString('utf8') : value;
}

/** In ASCII: a collector need not know the encoding, and a line has as many bytes as characters. */
function quote(value: string): string {
  return JSON.stringify(value).replace(
    NOT_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
