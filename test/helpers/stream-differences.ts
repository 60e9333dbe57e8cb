import type { Difference, Skipped } from './differences.js';

const INTERIM = 'interim answers pass, and the answer follows them (RFC 9110, 15.2)';
const TRAILERS = 'trailers pass';
const MALFORMED_HEAD = 'a malformed head is a 502, never raw bytes and never a guess';
const MALFORMED_CHUNK = 'a malformed chunk is a cut: what came before it has gone out already';
const BUFFERED =
  'nothing is held back: what came before the upstream died has gone out, in Kong it waits in a buffer';
const HEAD_SIZE = "an answer's head may be 64 kB, not only nginx's one buffer of 4 kB";
const NOT_ASKED = 'a 101 that nobody asked for is a 502';

const STREAMING = 'data-plane/07-streaming.json';
const WEBSOCKET = 'data-plane/05-websocket.json';

/** Deliberate differences in the recordings of streaming and of WebSockets; see DIFFERENCES. */
export const STREAM_DIFFERENCES: readonly Difference[] = [
  { recording: STREAMING, what: /^(buffered:|HEAD) 1(00|02|03|99)-/, ours: 200, reason: INTERIM },
  {
    recording: STREAMING,
    what: /^(buffered: trailers|trailers, then cl on .*)$/,
    ours: 200,
    reason: TRAILERS,
  },
  { recording: STREAMING, what: 'chunked with trailers', ours: 200, reason: TRAILERS },
  {
    recording: STREAMING,
    what: /^buffered: (control-value|no-colon|status-(99|0|2000)|http2-line|http2\.0-line|icy)$/,
    ours: 502,
    reason: MALFORMED_HEAD,
  },
  {
    recording: STREAMING,
    what: /^buffered: (garbage|garbage-long|crlf-first|lower-http|http09)$/,
    ours: 502,
    reason: MALFORMED_HEAD,
  },
  { recording: STREAMING, what: 'buffered: chunk-bad-size', ours: 200, reason: MALFORMED_CHUNK },
  { recording: STREAMING, what: 'buffered: chunk-lf', ours: 0, reason: 'chunks end in CRLF (RFC 9112, 7.1)' },
  { recording: STREAMING, what: /^buffered: (close-delimited|short)-rst$/, ours: 200, reason: BUFFERED },
  { recording: STREAMING, what: 'half: silent after part of the body', ours: 200, reason: BUFFERED },
  {
    recording: STREAMING,
    what: /^buffered: header-(?!3000$|4000$|66000$|100000$)/,
    ours: 200,
    reason: HEAD_SIZE,
  },
  { recording: STREAMING, what: 'buffered: headers-500', ours: 200, reason: HEAD_SIZE },
  {
    recording: STREAMING,
    what: 'buffered: head-cut-fin',
    ours: 502,
    reason: 'the row before left Kong a connection, whose failure it does not count as an attempt',
  },
  {
    recording: STREAMING,
    what: 'buffered: x-accel-redirect',
    ours: 200,
    reason:
      "an upstream's header does not send the request around inside the gateway, in a loop that ends in a 500",
  },
  {
    recording: STREAMING,
    what: 'TE "chunked, chunked"',
    ours: 400,
    reason: 'nobody may apply chunked twice (RFC 9112, 6.1)',
  },

  {
    recording: WEBSOCKET,
    what: /^(Connection: keep-alive with Upgrade|no Connection header)$/,
    ours: 200,
    reason: 'an Upgrade that Connection does not name asks for nothing (RFC 9110, 7.8)',
  },
  {
    recording: WEBSOCKET,
    what: /^(POST|GET) upgrade with a body$/,
    ours: 200,
    reason: 'what follows the head of an upgrade is the new protocol: with a body it is plain HTTP',
  },
  { recording: WEBSOCKET, what: /, upstream answers 101$/, ours: 502, reason: NOT_ASKED },
  {
    recording: WEBSOCKET,
    what: 'path /bad101',
    ours: 101,
    reason: 'a 101 names the protocol that it switches to (RFC 9110, 15.2.2)',
  },
];

/** Scenarios of the same recordings that are not played. */
export const STREAM_SKIPPED: readonly Skipped[] = [
  { recording: STREAMING, scenario: /^client_max_body_size 1k$/, reason: 'the setting is not built yet' },
];
