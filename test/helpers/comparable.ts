import { PRODUCT, PRODUCT_TOKEN } from '#gateway/version.js';
import type { EchoedRequest } from './echo-upstream.js';
import type { PortMap } from './port-map.js';
import type { RawAnswer } from './raw-client.js';

/** Header lines, names and values. */
export type Lines = readonly (readonly [name: string, value: string])[];

/** A request as an upstream of the recordings saw it. */
export interface RecordedUpstream {
  readonly port: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Lines;
  readonly body?: string;
}

/** An answer as a client of the recordings saw it; `status` is 0 where there was none. */
export interface RecordedAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Lines;
  readonly framing?: string;
  readonly body?: string;
  readonly garbage?: string;
}

/** The recordings' marks for what differs from run to run. */
const REQUEST_ID = '<request-id>';
const MILLISECONDS = '<ms>';

/** Brings what this gateway sends into the words of the recordings: Kong's name, recorded ports, marks for ids. */
export class Wording {
  readonly #ports: PortMap;

  constructor(ports: PortMap) {
    this.#ports = ports;
  }

  text(text: string): string {
    return this.#ports
      .toRecorded(text)
      .replaceAll(PRODUCT_TOKEN, 'kong/3.9.3')
      .replace(/\b[0-9a-f]{32}\b/g, REQUEST_ID);
  }

  answer(answer: RawAnswer | undefined): RecordedAnswer {
    if (answer === undefined) return { status: 0 };
    if (answer.status === 0) return { status: 0, garbage: answer.body };
    return {
      status: answer.status,
      reason: answer.reason,
      headers: answer.headers.map(([name, value]) => [name, this.value(name, value)]),
      framing: answer.framing,
      body: this.text(answer.body),
    };
  }

  upstream(request: EchoedRequest): RecordedUpstream {
    return {
      port: request.port,
      method: request.method,
      url: this.text(request.target),
      headers: request.headers.map(([name, value]) => [name, this.value(name, value)]),
      ...(request.body !== '' && { body: request.body }),
    };
  }

  /** The value of a header. */
  value(name: string, value: string): string {
    if (/^x-kong-.*-latency$/i.test(name) && /^\d+$/.test(value)) return MILLISECONDS;
    // Without a Host, Kong says its own name here.
    if (/^x-forwarded-host$/i.test(name) && value === PRODUCT) return 'kong';
    if (/^location$/i.test(name)) return this.text(value.replace(`//${PRODUCT}/`, '//kong/'));
    return this.text(value);
  }
}

/** What differs between two answers, one line each. Dates, the order of headers and the case of names aside. */
export function differingAnswers(recorded: RecordedAnswer, ours: RecordedAnswer): readonly string[] {
  const status = differing('status', recorded.status, ours.status);
  if (status.length > 0) return status;
  const keys = ['reason', 'framing', 'body', 'garbage'] as const;
  return [
    ...keys.flatMap((key) => differing(key, recorded[key] ?? '', ours[key] ?? '')),
    ...differingLines('header', recorded.headers ?? [], ours.headers ?? []),
  ];
}

/** What differs between what two upstreams saw, one line each. The order of headers aside. */
export function differingUpstreams(
  recorded: readonly RecordedUpstream[],
  ours: readonly RecordedUpstream[],
): readonly string[] {
  const list = differing('requests to upstreams', recorded.length, ours.length);
  if (list.length > 0) return list;
  const keys = ['port', 'method', 'url', 'body'] as const;
  return recorded.flatMap((wanted, index) => {
    const got = ours[index];
    return got === undefined
      ? []
      : [
          ...keys.flatMap((key) => differing(`upstream ${key}`, wanted[key] ?? '', got[key] ?? '')),
          ...differingLines('upstream header', wanted.headers, got.headers),
        ];
  });
}

function differing(what: string, recorded: unknown, ours: unknown): readonly string[] {
  const [wanted, got] = [JSON.stringify(recorded), JSON.stringify(ours)];
  return wanted === got ? [] : [`${what} ${got} instead of ${wanted}`];
}

/** The order of lines counts only among those of one name. */
function differingLines(what: string, recorded: Lines, ours: Lines): readonly string[] {
  const wanted = valuesByName(recorded);
  const got = valuesByName(ours);
  return [...new Set([...wanted.keys(), ...got.keys()])].flatMap((name) =>
    differing(`${what} ${name}`, wanted.get(name) ?? [], got.get(name) ?? []),
  );
}

function valuesByName(lines: Lines): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    if (lower !== 'date') values.set(lower, [...(values.get(lower) ?? []), value]);
  }
  return values;
}
