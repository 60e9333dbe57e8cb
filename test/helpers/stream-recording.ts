import { PRODUCT_TOKEN } from '#gateway/version.js';
import type { PortMap } from './port-map.js';
import type { RawAnswer } from './raw-client.js';
import type { SeenHandshake } from './raw-upstream.js';
import type { SeenRequest } from './scripted-upstreams.js';

type Headers = readonly (readonly [name: string, value: string])[];

/** An answer as it is recorded. `status` is 0 where there was none. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly reason?: string;
  readonly headers?: Headers;
  readonly framing?: string;
  readonly body?: string;
  readonly complete?: boolean;
  readonly interim?: readonly RecordedAnswer[];
  readonly garbage?: string;
}

/** A request as an upstream saw it. */
export interface RecordedRequest {
  readonly port: number;
  readonly nth_on_connection?: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly framing?: string;
  readonly body?: string;
  readonly cut_before_end?: boolean;
  readonly tls?: SeenHandshake;
}

/** One row: what the client sent, with its steps, and what came of it. One answer stands in the row itself. */
export interface RecordedExchange extends RecordedAnswer {
  readonly what: string;
  readonly request: string;
  /** What the client asked for in the TLS handshake; absent for plain HTTP. */
  readonly tls_client?: { readonly servername?: string };
  readonly responses?: readonly RecordedAnswer[];
  readonly upstream: readonly RecordedRequest[];
  readonly upstream_events?: readonly string[];
  /** `timeout`: nothing more came, and the recorded client left. */
  readonly client_end?: string;
  /** What came through a WebSocket. */
  readonly after_handshake_client_got_hex?: string;
  readonly after_handshake_upstream_got_hex?: string;
}

/** One scenario of test/fixtures/conformance/data-plane. */
export interface RecordedScenario<Row = RecordedExchange> {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly config: { readonly services: readonly object[] };
  readonly exchanges: readonly Row[];
}

/** What the recorded client did next. Text is latin1. */
export type RecordedPart =
  | { readonly send: string }
  | { readonly until: RegExp; readonly ms: number }
  | { readonly wait: number }
  | { readonly fin: true }
  | { readonly step: true };

/** Takes a recorded request apart at its `<…>` steps. `step` stands for what the row's name tells. */
export function partsOf(request: string): readonly RecordedPart[] {
  return expand(request)
    .split(/(<\{.*?\}>|<step>)/s)
    .filter((text) => text !== '')
    .map((text) => {
      if (text === '<step>') return { step: true as const };
      if (!text.startsWith('<{')) return { send: text };
      const step: { until?: string; ms?: number; wait?: number } = JSON.parse(text.slice(1, -1));
      if (step.until !== undefined)
        return { until: new RegExp(step.until.slice(1, -1)), ms: step.ms ?? 1500 };
      return step.wait === undefined ? { fin: true as const } : { wait: step.wait };
    });
}

/** Writes out what a recording abbreviates: `hhh...<3000 chars>` and `hhh...<3000 chars>...hh`. */
export function expand(text: string): string {
  const match = /^(.*)\.\.\.<(\d+) chars>(?:\.\.\.)?(.*)$/s.exec(text);
  if (match === null) return text;
  const [, before = '', length = '', behind = ''] = match;
  return before + before.slice(-1).repeat(Number(length) - before.length - behind.length) + behind;
}

/** What of our answers is not as recorded, one line each. */
export function answerProblems(expected: RecordedExchange, answers: readonly RawAnswer[]): readonly string[] {
  const recorded = expected.responses ?? [expected];
  const ours = answers.length === 0 ? [NO_ANSWER] : answers.map(plain);
  return differing(
    recorded.flatMap(answerLines),
    ours.map((answer, index) => shownAs(recorded[index], answer)).flatMap(answerLines),
  );
}

/** What of what came through the tunnel behind a 101 is not as recorded. */
export function tunnelProblems(expected: RecordedExchange, answers: readonly RawAnswer[]): readonly string[] {
  const { after_handshake_client_got_hex: wanted } = expected;
  const [answer] = answers;
  const got = Buffer.from(answer?.framing === 'upgrade' ? answer.body : '', 'latin1').toString('hex');
  return wanted === undefined || wanted === got ? [] : [`Kong: tunnel ${wanted}`, `ours: tunnel ${got}`];
}

/** What of what the upstreams saw is not as recorded, one line each. */
export function upstreamProblems(
  expected: RecordedExchange,
  seen: readonly SeenRequest[],
  ports: PortMap,
): readonly string[] {
  const ours = seen.map((request, index) => asRecorded(request, expected.upstream[index], ports));
  return differing(expected.upstream.flatMap(requestLines), ours.flatMap(requestLines));
}

const NO_ANSWER: RecordedAnswer = { status: 0 };

/** Our answer in the form of a recording. */
function plain(answer: RawAnswer): RecordedAnswer {
  const { status, reason, framing, body, complete, interims } = answer;
  const interim = interims.map((head) => ({
    status: head.status,
    reason: head.reason,
    headers: head.headers,
  }));
  if (status === 0) return { status, interim, garbage: body };
  const trailers = answer.trailers.split('\r\n').filter((line) => line !== '');
  return {
    status,
    reason,
    headers: [...answer.headers, ...trailers.map((line) => ['(trailer)', line] as const)],
    framing,
    body,
    complete,
    interim,
  };
}

/** Of very many header lines only the first ones are recorded, and `<107 headers in all>`. */
function shownAs(expected: RecordedAnswer | undefined, ours: RecordedAnswer): RecordedAnswer {
  const recorded = expected?.headers ?? [];
  const { headers = [] } = ours;
  if (recorded.at(-1)?.[0].endsWith(' headers in all>') !== true) return ours;
  const count = headers.filter(([name]) => name !== 'Date').length;
  const shown = headers.filter(([name]) => recorded.some(([other]) => other === name));
  return { ...ours, headers: [...shown, [`<${count} headers in all>`, '']] };
}

/** What was recorded of some requests only is compared for those only. */
function asRecorded(
  seen: SeenRequest,
  expected: RecordedRequest | undefined,
  ports: PortMap,
): RecordedRequest {
  const { nth, complete, tls, ...request } = seen;
  return {
    ...request,
    headers: request.headers.map(([name, value]) =>
      name === 'Host' || name === 'X-Forwarded-Port' ? [name, ports.toRecorded(value)] : [name, value],
    ),
    ...(expected?.nth_on_connection === undefined ? {} : { nth_on_connection: nth }),
    ...(complete ? {} : { cut_before_end: true }),
    ...(tls === undefined || expected?.tls === undefined ? {} : { tls }),
  };
}

function answerLines(answer: RecordedAnswer, index: number): readonly string[] {
  const { status = 0, reason = '', framing, body, complete = true, interim = [], garbage } = answer;
  const name = `answer ${index}`;
  const first = `${name}: ${status} ${reason}`.trim();
  const lines = interim.flatMap((head, at) => [
    `${name}, interim ${at}: ${head.status} ${head.reason}`,
    ...headerLines(`${name}, interim ${at}`, head.headers ?? []),
  ]);
  if (status === 0)
    return [
      ...lines,
      first,
      ...(garbage === undefined || garbage === '' ? [] : [`${name}: garbage ${garbage}`]),
    ];
  // Behind a 101 there is no body but a tunnel, and nothing is complete before it ends.
  if (framing === 'upgrade') return [...lines, first, ...headerLines(name, answer.headers ?? [])];
  return [
    ...lines,
    first,
    `${name}: framing ${framing}, ${complete ? 'complete' : 'cut'}`,
    ...headerLines(name, answer.headers ?? []),
    `${name}: body ${anonymous(body ?? '')}`,
  ];
}

function requestLines(request: RecordedRequest, index: number): readonly string[] {
  const { port, method, url, headers, framing, body, tls } = request;
  const { cut_before_end: cut, nth_on_connection: nth } = request;
  const name = `upstream request ${index}`;
  return [
    `${name}: ${port} ${method} ${url}`,
    ...(nth === undefined ? [] : [`${name}: number ${nth} of its connection`]),
    ...headerLines(name, headers),
    ...(framing === undefined ? [] : [`${name}: framing ${framing}`]),
    ...(framing === undefined ? [] : [`${name}: body ${expand(body ?? '')}`]),
    ...(cut === true ? [`${name}: cut`] : []),
    ...(tls === undefined ? [] : [`${name}: TLS ${handshakeText(tls)}`]),
  ];
}

function handshakeText({ servername, alpn, version, client, authorized }: SeenHandshake): string {
  return JSON.stringify({ servername, alpn, version, client, authorized });
}

/** The order of lines and the date are free; ids and latencies are drawn anew each time. */
function headerLines(name: string, headers: Headers): readonly string[] {
  return headers
    .filter(([header]) => header !== 'Date')
    .map(([header, value]) => `${name}: header ${header}: ${headerValue(header, value)}`)
    .sort();
}

function headerValue(name: string, value: string): string {
  if (/^X-Kong-.*-Latency$/.test(name)) return '<ms>';
  if (name === 'X-Kong-Request-Id') return '<request-id>';
  return expand(value).replaceAll('kong/3.9.3', PRODUCT_TOKEN);
}

function anonymous(body: string): string {
  return expand(body).replace(/(request_?id["a-z>:\s]*)[0-9a-f]{32}/g, '$1<request-id>');
}

function differing(expected: readonly string[], ours: readonly string[]): readonly string[] {
  return [
    ...missing(expected, ours).map((line) => `Kong: ${shorten(line)}`),
    ...missing(ours, expected).map((line) => `ours: ${shorten(line)}`),
  ];
}

/** What `from` has and `other` has not, or not as often. */
function missing(from: readonly string[], other: readonly string[]): readonly string[] {
  const left = [...other];
  return from.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function shorten(line: string): string {
  return JSON.stringify(
    line.length > 160 ? `${line.slice(0, 120)}…${line.slice(-20)} (${line.length})` : line,
  );
}
