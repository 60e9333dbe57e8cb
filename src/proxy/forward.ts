import type { IncomingMessage, ServerResponse } from 'node:http';
import httpProxy from 'http-proxy';
import type { Logger } from '../log.js';
import { type Exchange, GatewayRequest } from './exchange.js';
import { Forwarding } from './forwarding.js';
import type { Transport } from './transport/transport.js';

/** Sends routed requests on their way. */
export interface Forwarder {
  forward(exchange: Exchange): void;
}

/** A pass of http-proxy: true ends the chain. */
type Pass = (req: IncomingMessage) => boolean;

/** What the typings of http-proxy leave out of it. */
interface PassChain {
  before(type: 'web' | 'ws', pass: string, callback: Pass): void;
}

/**
 * http-proxy with a pass of ours in front of each of its two chains. Ours carries the request over our own
 * transport and ends the chain, so that none of the built-in passes runs: they smuggle, crash and leak
 * (docs/decisions/0003-http-proxy.md).
 */
export function createForwarder(transport: Transport, log: Logger): Forwarder {
  // The target is never used; http-proxy runs no pass without one.
  const proxy = httpProxy.createProxyServer({ target: { host: 'unused.invalid', port: 0 } });
  const pass: Pass = (req) => {
    forward(req, transport, log);
    return true;
  };
  const chain = proxy as unknown as PassChain;
  chain.before('web', 'deleteLength', pass);
  chain.before('ws', 'checkMethodAndHeader', pass);
  return {
    forward({ req, res, upgrade }: Exchange): void {
      if (upgrade === undefined) proxy.web(req, res as ServerResponse);
      else proxy.ws(req, upgrade.socket, upgrade.early);
    },
  };
}

function forward(req: IncomingMessage, transport: Transport, log: Logger): void {
  const exchange = req instanceof GatewayRequest ? req.exchange : undefined;
  const service = exchange?.match?.service;
  if (exchange?.client === undefined || exchange.match === undefined || !service) return;
  new Forwarding(exchange, exchange.client, exchange.match, service, transport, log).start();
}
