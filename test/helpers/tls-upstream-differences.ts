import type { Difference, Skipped } from './differences.js';

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
];

/** Scenarios of it that are not played. */
export const TLS_UPSTREAM_SKIPPED: readonly Skipped[] = [
  {
    recording: RECORDING,
    scenario: /upstream entity/,
    reason: 'upstreams are loaded and not executed yet',
  },
];
