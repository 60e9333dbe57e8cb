import type {
  Origin,
  Transport,
  UpstreamCall,
  UpstreamHandler,
  UpstreamRequest,
} from '#gateway/proxy/transport/transport.js';
import { UpstreamError, type UpstreamFailure } from '#gateway/proxy/transport/upstream-error.js';

/** What an upstream answers: a status and a body, or how it fails. */
export type FakeAnswer =
  | { readonly status: number; readonly body?: string; readonly headers?: readonly string[] }
  | { readonly failure: UpstreamFailure };

/** A request that was sent. */
export interface SentRequest {
  readonly origin: Origin;
  readonly request: UpstreamRequest;
}

/** Upstreams without sockets, at whatever address: requests are remembered, and answered as `answer` says. */
export class FakeTransport implements Transport {
  answer: (sent: SentRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({ status: 200 });
  #sent: SentRequest[] = [];

  /** The requests since the last call. */
  take(): readonly SentRequest[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** How many requests were sent since the last `take`. */
  get count(): number {
    return this.#sent.length;
  }

  send(origin: Origin, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const sent = { origin, request };
    const flight = { aborted: false };
    this.#sent.push(sent);
    setImmediate(async () => {
      const answer = await this.answer(sent);
      if (!flight.aborted) give(answer, handler);
    });
    return {
      write: () => true,
      end: () => undefined,
      resume: () => undefined,
      abort: () => {
        flight.aborted = true;
      },
    };
  }

  async close(): Promise<void> {}
}

function give(answer: FakeAnswer, handler: UpstreamHandler): void {
  if ('failure' in answer) {
    const phase =
      answer.failure === 'connect_failed' || answer.failure === 'connect_timeout' ? 'connect' : 'head';
    handler.onError(new UpstreamError(answer.failure, phase, `made to fail by ${answer.failure}`));
    return;
  }
  const { status, body = '', headers = [] } = answer;
  handler.onHead({ status, reason: 'OK', rawHeaders: [...headers, 'Content-Length', String(body.length)] });
  if (body !== '') handler.onData(Buffer.from(body));
  handler.onEnd([]);
}
