/** Fastify with its proxy plugin, which sends by undici: `node fastify-process.js UPSTREAM_ORIGIN`. */
import proxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { upstreamOrigin } from './keeping-agent.js';

const server = fastify({ logger: false });
await server.register(proxy, {
  upstream: upstreamOrigin,
  undici: { connections: 512, pipelining: 1, connect: { rejectUnauthorized: false } },
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(`ready ${new URL(address).port}`);
