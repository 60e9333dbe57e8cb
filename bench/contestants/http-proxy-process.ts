/** Stock http-proxy with a keep-alive agent: `node http-proxy-process.js UPSTREAM_ORIGIN`. */
import httpProxy from 'http-proxy';
import { keepingAgent, upstreamOrigin } from './keeping-agent.js';
import { serve } from './serve.js';

const proxy = httpProxy.createProxyServer({ target: upstreamOrigin, agent: keepingAgent, secure: false });
proxy.on('error', (_error, _req, res) => res.destroy());
serve((req, res) => proxy.web(req, res));
