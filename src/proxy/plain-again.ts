import type { IncomingMessage } from 'node:http';

/**
 * The head of a request as it would have come without its Upgrade field: Node takes every upgrade out of the
 * HTTP stream, and this puts one back that is none (RFC 9110, 7.8 lets a server ignore Upgrade).
 */
export function withoutUpgrade(req: IncomingMessage): Buffer {
  let head = `${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`;
  const { rawHeaders } = req;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (lower !== 'upgrade') head += `${name}: ${lower === 'connection' ? withoutOption(value) : value}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}

function withoutOption(connection: string): string {
  return connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option.toLowerCase() !== 'upgrade')
    .join(', ');
}
