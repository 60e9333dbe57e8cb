/** The successor of http-proxy, with a keep-alive agent: `node http-proxy-3-process.js UPSTREAM_ORIGIN`. */
import { createProxyServer } from 'http-proxy-3';
import { keepingAgent, upstreamOrigin } from './keeping-agent.js';
import { serve } from './serve.js';

const proxy = createProxyServer({ target: upstreamOrigin, agent: keepingAgent, secure: false });
proxy.on('error', (_error, _req, res) => res.destroy());
serve((req, res) => proxy.web(req, res));
