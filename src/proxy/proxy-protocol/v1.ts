import { isIPv6 } from 'node:net';
import { parseIp } from '../../ip-address.js';
import type { ProxyHeaderReading } from './proxy-header.js';

const PREFIX = Buffer.from('PROXY ');
const LINE_END = '\r\n';

/** As in nginx, what looks like an address may turn out to be none: the connection then is the proxy's own. */
const TCP = /^PROXY TCP([46]) ([\dA-Fa-f.:]+) [\dA-Fa-f.:]+ (\d{1,5}) (\d{1,5})$/;
const UNKNOWN = /^PROXY UNKNOWN(?: [^\r\n]*)?$/;

/** Reads a header of version 1: one line of text. */
export function readV1(bytes: Buffer): ProxyHeaderReading {
  const known = Math.min(bytes.length, PREFIX.length);
  if (bytes.compare(PREFIX, 0, known, 0, known) !== 0) return 'malformed';
  const end = bytes.indexOf(LINE_END);
  if (end < 0) return 'incomplete';
  const line = bytes.toString('latin1', 0, end);
  const length = end + LINE_END.length;
  if (UNKNOWN.test(line)) return { source: undefined, length };
  const [, family, text = '', ...ports] = TCP.exec(line) ?? [];
  if (family === undefined || ports.some((port) => Number(port) > 65_535)) return 'malformed';
  const address = parseIp(text);
  const fits = address !== undefined && isIPv6(address) === (family === '6');
  return { source: fits ? address : undefined, length };
}
