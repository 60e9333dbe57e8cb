import type { TlsOptions } from 'node:tls';
import type { ClientTimeouts } from '#gateway/proxy/http1/client-timeouts.js';
import type { Transport } from '#gateway/proxy/transport/transport.js';
import { RunningProxy } from './proxy.js';
import { type RawScript, RawUpstream } from './raw-upstream.js';

/** A gateway in front of one upstream. */
export interface Stage {
  readonly port: number;
  readonly proxy: RunningProxy;
  readonly upstream: RawUpstream;
}

export interface StageOptions {
  /** Fields of the service, over its defaults. */
  readonly service?: object;
  readonly transport?: Transport;
  /** What the upstream speaks TLS with. */
  readonly tls?: TlsOptions;
  /** How long clients are waited for. */
  readonly timeouts?: ClientTimeouts;
}

/** The routes of the service: /r as by default, /n without buffering. */
export const ROUTES = [
  { name: 'r', paths: ['/r'] },
  { name: 'n', paths: ['/n'], request_buffering: false, response_buffering: false },
];

/** Runs `test` against a gateway whose routes /r and /n lead to an upstream that does what `script` says. */
export async function behindProxy(
  script: RawScript,
  test: (stage: Stage) => Promise<void>,
  { service, transport, tls, timeouts }: StageOptions = {},
): Promise<void> {
  const upstream = await RawUpstream.start(script, tls);
  const fields = { name: 's', host: '127.0.0.1', port: upstream.port, routes: ROUTES, ...service };
  const proxy = await RunningProxy.start({ services: [fields] }, undefined, transport, {
    ...(timeouts === undefined ? {} : { timeouts }),
  });
  try {
    await test({ port: proxy.port, proxy, upstream });
  } finally {
    await proxy.close();
    await upstream.close();
  }
}

/** A request without a body, its head as lines. */
export function request(method: string, path: string, ...lines: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: gw.test', ...lines, '\r\n'].join('\r\n');
}

/** A request whose body is framed by its length. */
export function requestWith(method: string, path: string, body: string, ...lines: readonly string[]): string {
  return request(method, path, ...lines, `Content-Length: ${body.length}`) + body;
}

/** A whole answer. */
export function answer(body: string, ...lines: readonly string[]): string {
  return ['HTTP/1.1 200 OK', ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n');
}
