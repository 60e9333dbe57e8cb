import { Http2Caller, headerOf } from './http2-caller.js';
import { RawClient } from './raw-client.js';

/** A request that any version of HTTP can carry. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** What came back. Text is latin1. */
export interface PlainAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** Sends requests one after the other to a port of 127.0.0.1, over one connection as long as that lasts. */
export interface VersionClient {
  send(request: PlainRequest): Promise<PlainAnswer | undefined>;
  close(): void;
}

/** The versions of HTTP that a client may speak. */
export const VERSIONS = ['HTTP/1.1', 'HTTP/2'] as const;

/** Connects a client that speaks a version. */
export async function connectVersion(
  version: (typeof VERSIONS)[number],
  port: number,
): Promise<VersionClient> {
  return version === 'HTTP/2'
    ? overHttp2(await Http2Caller.connect(port))
    : overHttp1(port, await RawClient.connect(port));
}

function overHttp1(port: number, first: RawClient): VersionClient {
  let client = first;
  return {
    async send({ method, path, host, headers = [], body = '' }) {
      const lines = [
        `${method} ${path} HTTP/1.1`,
        `Host: ${host}`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ];
      if (body !== '') lines.push(`Content-Length: ${body.length}`);
      client.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      const answer = await client.answer(method);
      if (answer === undefined || answer.value('connection') === 'close') {
        client.close();
        client = await RawClient.connect(port);
      }
      if (answer === undefined) return undefined;
      return { status: answer.status, location: answer.value('location'), body: answer.body };
    },
    close: () => client.close(),
  };
}

function overHttp2(client: Http2Caller): VersionClient {
  return {
    async send({ method, path, host, headers = [], body }) {
      const fields: Record<string, string | string[]> = {
        ':method': method,
        ':path': path,
        ':authority': host,
      };
      for (const [name, value] of headers) {
        const before = fields[name.toLowerCase()];
        fields[name.toLowerCase()] = before === undefined ? value : [before, value].flat();
      }
      const answer = await client.call(fields, body);
      if (answer.status === 0) return undefined;
      return {
        status: answer.status,
        location: headerOf(answer, 'location'),
        body: answer.body.toString('latin1'),
      };
    },
    close: () => client.close(),
  };
}
