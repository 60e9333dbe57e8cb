import type { Difference } from './differences.js';

const RECORDING = 'data-plane/04-tls-out.json';

/** Deliberate differences in the recording of https services; see DIFFERENCES. */
export const TLS_UPSTREAM_DIFFERENCES: readonly Difference[] = [
  {
    recording: RECORDING,
    scenario: /^keep-alive and tls_verify/,
    what: '/strict, again',
    ours: 502,
    reason: 'a connection whose certificate nobody looked at never serves a service that verifies',
  },
  {
    recording: RECORDING,
    scenario: 'verify failure by Accept',
    what: 'Accept application/grpc',
    ours: 502,
    reason: 'a body in JSON names the request, whatever made it JSON',
  },
  {
    recording: RECORDING,
    scenario: /IP target, tls_verify$/,
    what: /^Host (up\.test|other\.test:99)$/,
    ours: 200,
    reason: 'an address is verified by the addresses that its certificate names (RFC 9110, 4.3.5)',
  },
];
