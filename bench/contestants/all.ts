import { caddy } from './caddy.js';
import type { Contestant } from './contestant.js';
import { gateway } from './gateway.js';
import { haproxy } from './haproxy.js';
import { nginx } from './nginx.js';
import { scriptContestant } from './script.js';

/** All contestants. The first of those that take part is what the others are compared with. */
export function allContestants(gatewayFlags: readonly string[] | undefined): readonly Contestant[] {
  return [
    gateway(gatewayFlags),
    scriptContestant('http-proxy'),
    scriptContestant('http-proxy-3'),
    scriptContestant('fastify'),
    nginx,
    haproxy,
    caddy,
  ];
}
