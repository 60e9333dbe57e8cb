import type { Difference, Skipped } from './differences.js';

const TLS_IN = 'data-plane/03-tls-in.json';
const SNI_CASE = 'server names compare without case (RFC 6066, 3)';
const CACHED = 'SNIs restrict over TLS only; Kong remembers the 404 that the same request got over TLS';

/** Rows of the recordings about TLS with clients that are different on purpose. A handshake has the status 0. */
export const TLS_DIFFERENCES: readonly Difference[] = [
  {
    recording: TLS_IN,
    scenario: 'default certificate',
    what: 'only RSA',
    ours: 0,
    reason:
      'the certificate made at the start has an ECDSA key only: making an RSA key takes a fifth of a second',
  },
  {
    recording: TLS_IN,
    scenario: 'certificates and snis with *',
    what: 'SNI EXACT.TEST',
    ours: 0,
    reason: SNI_CASE,
  },
  {
    recording: TLS_IN,
    scenario: 'sni name "A.TEST"',
    what: /^SNI [aA]\.test: cert$/,
    ours: 0,
    reason: SNI_CASE,
  },
  {
    recording: TLS_IN,
    scenario: 'routes by SNI',
    what: /^SNI A\.TEST, Host (a\.test|zzz), \/c?$/,
    ours: 200,
    reason: SNI_CASE,
  },
  { recording: TLS_IN, scenario: 'route sni "A.test"', what: 'SNI a.test', ours: 200, reason: SNI_CASE },
  {
    recording: TLS_IN,
    scenario: 'routes by SNI',
    what: 'plain http, Host a.test, /',
    ours: 426,
    reason: CACHED,
  },
  {
    recording: TLS_IN,
    scenario: 'routes by SNI',
    what: 'plain http, Host zzz, /c',
    ours: 200,
    reason: CACHED,
  },
  {
    recording: TLS_IN,
    scenario: 'https-only routes asked over http',
    what: '426 Accept application/grpc',
    ours: 426,
    reason: "an answer over HTTP/1.1 says what is wrong; the type of Kong's empty one is a space",
  },
  {
    recording: TLS_IN,
    scenario: /^http2 on the plain/,
    what: 'h2c, https-only route 426',
    ours: 426,
    reason:
      'over HTTP/2 the answer goes without Upgrade and Connection (RFC 9113, 8.2.2); with them, Kong resets',
  },
];

/** Scenarios that are not played here. */
export const TLS_SKIPPED: readonly Skipped[] = [];
