import { parseIp } from '../../ip-address.js';
import type { ProxyHeaderReading } from './proxy-header.js';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Signature, version and command, family and transport, length of the rest. */
const FIXED_BYTES = 16;
const VERSION = 2;
const COMMAND = { local: 0, proxy: 1 } as const;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;
const MAX_FAMILY = 3;
const MAX_TRANSPORT = 2;
/** Two addresses and two ports. */
const IPV4_BYTES = 12;
const IPV6_BYTES = 36;

/** Whether so far it may be a header of version 2. */
export function isV2(bytes: Buffer): boolean {
  const known = Math.min(bytes.length, SIGNATURE.length);
  return known > 0 && bytes.compare(SIGNATURE, 0, known, 0, known) === 0;
}

/** Reads a binary header, whose signature `isV2` has compared. What follows the addresses in it (TLVs) is passed over. */
export function readV2(bytes: Buffer): ProxyHeaderReading {
  if (bytes.length < FIXED_BYTES) return 'incomplete';
  const [version, command] = nibbles(bytes.readUInt8(12));
  const [family, transport] = nibbles(bytes.readUInt8(13));
  const rest = bytes.readUInt16BE(14);
  const length = FIXED_BYTES + rest;
  if (version !== VERSION || command > COMMAND.proxy) return 'malformed';
  if (command === COMMAND.local) return bytes.length < length ? 'incomplete' : { source: undefined, length };
  if (family > MAX_FAMILY || transport > MAX_TRANSPORT) return 'malformed';
  const needed = family === 1 ? IPV4_BYTES : family === 2 ? IPV6_BYTES : 0;
  if (rest < needed) return 'malformed';
  if (bytes.length < length) return 'incomplete';
  return { source: sourceOf(bytes), length };
}

function sourceOf(bytes: Buffer): string | undefined {
  const protocol = bytes.readUInt8(13);
  if (protocol === TCP_OVER_IPV4) return bytes.subarray(FIXED_BYTES, FIXED_BYTES + 4).join('.');
  if (protocol !== TCP_OVER_IPV6) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(FIXED_BYTES + 2 * index));
  return parseIp(groups.map((group) => group.toString(16)).join(':'));
}

function nibbles(byte: number): readonly [number, number] {
  return [byte >> 4, byte & 0x0f];
}
