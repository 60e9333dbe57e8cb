import type { AccessEntry, LineFormat } from './access-log.js';
import { LocalTime } from './local-time.js';

/** What nginx escapes in its log: control bytes, quotes, backslashes and all that is not ASCII. */
const UNSAFE = /[^ !#-[\]-~]/;
const EACH_UNSAFE = new RegExp(UNSAFE, 'g');

/** Kong's default line (`kong_log_format` of 3.9): nginx's combined, then the id of the request. */
export function combinedFormat(): LineFormat {
  const time = new LocalTime();
  return (entry) =>
    `${entry.clientAddress} - ${field(entry.remoteUser)} [${time.format(entry.at)}] "${requestLine(entry)}" ` +
    `${entry.status} ${entry.bodyBytesSent} "${field(entry.referer)}" "${field(entry.userAgent)}" ` +
    `kong_request_id: "${entry.requestId}"\n`;
}

function requestLine({ method, target, httpVersion }: AccessEntry): string {
  if (method === '') return field(target === '' ? undefined : target);
  return `${field(method)} ${field(target)} HTTP/${httpVersion}`;
}

function field(value: string | undefined): string {
  if (value === undefined) return '-';
  return UNSAFE.test(value) ? value.replace(EACH_UNSAFE, hexadecimal) : value;
}

function hexadecimal(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
