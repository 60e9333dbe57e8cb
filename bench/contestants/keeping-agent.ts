import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

/** Where the contestant of this process is to send everything: its first argument. */
export const upstreamOrigin = process.argv[2] ?? '';

const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 512 };

/** An agent for the upstream that keeps its connections. */
export const keepingAgent = upstreamOrigin.startsWith('https:')
  ? new TlsAgent({ ...options, rejectUnauthorized: false })
  : new Agent(options);
