import type { ProxyHeaderReading } from './proxy-header.js';
import { readV1 } from './v1.js';
import { isV2, readV2 } from './v2.js';

/** nginx's limit for a header with all that it carries. */
const MAX_HEADER_BYTES = 4096;

/** Reads the header that `bytes` begin with, of either version. */
export function readHeader(bytes: Buffer): ProxyHeaderReading {
  const reading = isV2(bytes) ? readV2(bytes) : readV1(bytes);
  const length = typeof reading === 'string' ? bytes.length : reading.length;
  const tooLong = reading === 'incomplete' ? length >= MAX_HEADER_BYTES : length > MAX_HEADER_BYTES;
  return tooLong ? 'malformed' : reading;
}
