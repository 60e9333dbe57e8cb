import { type Answer, failure, notFound } from './answer.js';
import type { AdminRequest } from './request.js';
import type { AdminView } from './view.js';

const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;
export type Method = (typeof METHODS)[number];

export type Params = Readonly<Record<string, string>>;

/** Answers one method of one endpoint. Pure: everything it needs comes in. */
export type Handler = (request: AdminRequest, view: AdminView, params: Params) => Answer;

/** One endpoint: `{name}` in the pattern stands for any one segment. */
export interface Endpoint {
  readonly pattern: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** Whether it tells what the processes that proxy are doing: they are asked first. */
  readonly live?: true;
}

interface CompiledEndpoint extends Endpoint {
  readonly parts: readonly string[];
}

/** Finds who answers a path. A literal segment is preferred to a parameter, leftmost first. */
export class RoutingTable {
  readonly #endpoints: readonly CompiledEndpoint[];

  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints
      .map((endpoint) => ({ ...endpoint, parts: endpoint.pattern.split('/').filter((part) => part !== '') }))
      .sort((a, b) => compare(precedence(a), precedence(b)));
  }

  /** The patterns, sorted segment by segment. */
  get patterns(): readonly string[] {
    return this.#endpoints.map(({ pattern }) => pattern).sort((a, b) => compare(bySegment(a), bySegment(b)));
  }

  /** The answer to a request: 404 where no endpoint is, 405 where the endpoint has no such method. */
  answer(request: AdminRequest, view: AdminView): Answer {
    const found = this.#find(request.segments);
    return found === undefined ? notFound() : answerEndpoint(found.endpoint, request, view, found.params);
  }

  /** Whether the endpoint of a path needs to know what the processes that proxy are doing. */
  isLive(segments: readonly string[]): boolean {
    return this.#find(segments)?.endpoint.live === true;
  }

  #find(segments: readonly string[]): { readonly endpoint: Endpoint; readonly params: Params } | undefined {
    for (const endpoint of this.#endpoints) {
      const params = paramsOf(endpoint.parts, segments);
      if (params !== undefined) return { endpoint, params };
    }
    return undefined;
  }
}

function answerEndpoint(endpoint: Endpoint, request: AdminRequest, view: AdminView, params: Params): Answer {
  if (request.method === 'OPTIONS') return { status: 204, headers: { Allow: allowed(endpoint) } };
  const wanted = request.method === 'HEAD' ? 'GET' : request.method;
  const method = METHODS.find((name) => name === wanted);
  const handler = method === undefined ? undefined : endpoint.methods[method];
  if (handler === undefined) return failure(405, 'Method not allowed', { Allow: allowed(endpoint) });
  return handler(request, view, params);
}

function allowed({ methods }: Endpoint): string {
  const listed: string[] = METHODS.filter((method) => methods[method] !== undefined);
  const implied = methods.GET === undefined ? ['OPTIONS'] : ['HEAD', 'OPTIONS'];
  return [...listed, ...implied].sort().join(', ');
}

function paramsOf(parts: readonly string[], segments: readonly string[]): Params | undefined {
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [position, part] of parts.entries()) {
    const segment = segments[position] ?? '';
    if (isParameter(part)) {
      if (segment === '') return undefined;
      params[part.slice(1, -1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return params;
}

function isParameter(part: string): boolean {
  return part.startsWith('{');
}

function precedence({ parts }: CompiledEndpoint): string {
  return parts.map((part) => (isParameter(part) ? '1' : '0')).join('');
}

/** So that `/a/z` stands right after `/a`, and before `/ab`. */
function bySegment(pattern: string): string {
  return pattern.replaceAll('/', '\0');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
