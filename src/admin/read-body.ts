import type { IncomingMessage } from 'node:http';
import { type Answer, failure } from './answer.js';

/** More than any entity needs, in bytes. */
const MAX_BODY = 1024 * 1024;
const WITH_BODY: ReadonlySet<string | undefined> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Reads the body of a write; a read has none that matters. Resolves to a 413 where it is over 1 MiB, and to undefined
 * when the client left before it was whole.
 */
export async function readBody(request: IncomingMessage): Promise<string | Answer | undefined> {
  if (!WITH_BODY.has(request.method)) return '';
  const tooLarge = failure(413, `Payload too large: at most ${MAX_BODY} bytes`, { Connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
      else resolve(tooLarge);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}
