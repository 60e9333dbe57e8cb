/** Stock http-proxy with a keep-alive agent: `node stock-process.js UPSTREAM_PORT`. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 512 });
const proxy = httpProxy.createProxyServer({
  target: { host: '127.0.0.1', port: Number(process.argv[2]) },
  agent,
});
proxy.on('error', (_error, _req, res) => res.destroy());

const server = createServer((req, res) => proxy.web(req, res)).listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`ready ${address.port}`);
});
