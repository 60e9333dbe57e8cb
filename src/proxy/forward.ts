import httpProxy from 'http-proxy';
import type { Logger } from '../log.js';
import type { UpstreamDefaults } from '../tls/upstream-defaults.js';
import type { Exchange } from './exchange.js';
import { Forwarding } from './forwarding.js';
import { ServiceOrigins } from './service-origin.js';
import type { Transport } from './transport/transport.js';

/** Sends routed requests on their way. */
export interface Forwarder {
  forward(exchange: Exchange): void;
}

/** A pass of http-proxy: true ends the chain. */
type Pass = (exchange: Exchange) => boolean;

/** http-proxy as it is used here. It hands on what it is given, and looks at none of it. */
interface PassChains {
  before(type: 'web' | 'ws', pass: string, callback: Pass): void;
  web(exchange: Exchange, response: unknown): void;
  ws(exchange: Exchange, socket: unknown, early: Buffer): void;
}

const NOTHING = Buffer.alloc(0);

/**
 * http-proxy with a pass of ours in front of each of its two chains. Ours carries the request over our own
 * transport and ends the chain, so that none of the built-in passes runs: they smuggle, crash and leak
 * (docs/decisions/0003-http-proxy.md).
 */
export function createForwarder(transport: Transport, log: Logger, defaults: UpstreamDefaults): Forwarder {
  const origins = new ServiceOrigins(defaults);
  // The target is never used; http-proxy runs no pass without one.
  const proxy: unknown = httpProxy.createProxyServer({ target: { host: 'unused.invalid', port: 0 } });
  const chains = proxy as PassChains;
  const pass: Pass = (exchange) => {
    forward(exchange, origins, transport, log);
    return true;
  };
  chains.before('web', 'deleteLength', pass);
  chains.before('ws', 'checkMethodAndHeader', pass);
  return {
    forward(exchange: Exchange): void {
      if (exchange.stream.head.upgrade) chains.ws(exchange, exchange.stream, NOTHING);
      else chains.web(exchange, exchange.stream);
    },
  };
}

function forward(exchange: Exchange, origins: ServiceOrigins, transport: Transport, log: Logger): void {
  const { client, match } = exchange;
  if (client === undefined || match === undefined || match.service === null) return;
  const target = origins.of(match.service, exchange.snapshot);
  new Forwarding(exchange, client, match, target, transport, log).start();
}
