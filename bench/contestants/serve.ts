import { createServer, type RequestListener } from 'node:http';

/** Listens on any port of loopback, and writes the line that tells it. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) console.log(`ready ${address.port}`);
  });
}
