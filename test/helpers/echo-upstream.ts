import { parseHeaders } from './raw-message.js';
import { type RawRequest, RawUpstream } from './raw-upstream.js';

/** A request with the port it was recorded on. */
export interface EchoedRequest extends RawRequest {
  readonly port: number;
  /** Names and values, as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What an echo answers: a complete answer, in latin1. */
export type EchoAnswer = (request: EchoedRequest) => string;

/** Upstreams that remember every request and answer it with where it came to, one for each recorded port. */
export class EchoUpstreams {
  readonly #upstreams: readonly RawUpstream[];
  /** From recorded to real. */
  readonly ports: ReadonlyMap<number, number>;
  readonly #seen: EchoedRequest[];

  private constructor(
    upstreams: readonly RawUpstream[],
    ports: ReadonlyMap<number, number>,
    seen: EchoedRequest[],
  ) {
    this.#upstreams = upstreams;
    this.ports = ports;
    this.#seen = seen;
  }

  static async start(recorded: readonly number[], answer: EchoAnswer = echo): Promise<EchoUpstreams> {
    const seen: EchoedRequest[] = [];
    const ports = new Map<number, number>();
    const upstreams: RawUpstream[] = [];
    for (const port of recorded) {
      const upstream = await RawUpstream.start(async (connection) => {
        for (;;) {
          const raw = await connection.request();
          const request = { ...raw, port, headers: parseHeaders(raw.head.split('\r\n').slice(1)) };
          seen.push(request);
          connection.write(answer(request));
        }
      });
      upstreams.push(upstream);
      ports.set(port, upstream.port);
    }
    return new EchoUpstreams(upstreams, ports, seen);
  }

  /** The requests since the last call. */
  take(): readonly EchoedRequest[] {
    return this.#seen.splice(0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#upstreams.map((upstream) => upstream.close()));
  }
}

/** The echo of the data plane's recordings. */
function echo({ port, method, target }: EchoedRequest): string {
  return echoAnswer(port, { port, method, url: target });
}

/** An answer with a JSON body, framed by its length. */
export function echoAnswer(port: number, body: object): string {
  const text = Buffer.from(JSON.stringify(body)).toString('latin1');
  return [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
    `X-Echo-Port: ${port}`,
    '',
    text,
  ].join('\r\n');
}
