import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { TestCertificate } from './certificate.js';
import { GREETER } from './grpc-upstream.js';

/** How a call ended. */
export interface Outcome {
  /** The name of the gRPC status. */
  readonly status: string;
  readonly details: string;
  readonly messages: readonly string[];
  /** Metadata in front of the answer and behind it. */
  readonly initial: Metadata;
  readonly trailing: Metadata;
}

type Method = MethodDefinition<Buffer, Buffer>;
/** What all kinds of calls have. */
interface AnyCall {
  on(event: 'error', listener: () => void): unknown;
  on(event: 'metadata', listener: (metadata: Metadata) => void): unknown;
  on(event: 'status', listener: (outcome: StatusObject) => void): unknown;
}

/** A real gRPC client of a port of 127.0.0.1; over TLS where it is given a certificate to trust. */
export class GreeterClient {
  readonly #client: Client;

  constructor(port: number, trusted?: TestCertificate, options: object = {}) {
    const name = trusted === undefined ? {} : { 'grpc.ssl_target_name_override': trusted.commonName };
    this.#client = new Client(
      `127.0.0.1:${port}`,
      trusted === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(trusted.cert)),
      { 'grpc.max_receive_message_length': -1, 'grpc.enable_retries': 0, ...name, ...options },
    );
  }

  close(): void {
    this.#client.close();
  }

  unary(
    method: Method,
    message: string,
    metadata = new Metadata(),
    options: CallOptions = {},
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = method;
      const bytes = Buffer.from(message);
      const messages: string[] = [];
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        bytes,
        metadata,
        options,
        (_error: ServiceError | null, answer?: Buffer) => {
          if (answer !== undefined) messages.push(answer.toString());
        },
      );
      settle(call, messages, resolve);
    });
  }

  /** Sends all messages, then ends its side. */
  clientStream(method: Method, sent: readonly string[], options: CallOptions = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = method;
      const messages: string[] = [];
      const call = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        new Metadata(),
        options,
        (_error: ServiceError | null, answer?: Buffer) => {
          if (answer !== undefined) messages.push(answer.toString());
        },
      );
      settle(call, messages, resolve);
      for (const message of sent) call.write(Buffer.from(message));
      call.end();
    });
  }

  serverStream(method: Method, message = '', options: CallOptions = {}): Streaming {
    const { path, requestSerialize, responseDeserialize } = method;
    return new Streaming(
      this.#client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        Buffer.from(message),
        new Metadata(),
        options,
      ),
    );
  }

  bidi(method: Method = GREETER.bidi, options: CallOptions = {}): Talking {
    const { path, requestSerialize, responseDeserialize } = method;
    return new Talking(
      this.#client.makeBidiStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        new Metadata(),
        options,
      ),
    );
  }
}

/** A call whose answer streams. */
export class Streaming {
  readonly messages: string[] = [];
  readonly outcome: Promise<Outcome>;
  readonly #call: ClientReadableStream<Buffer>;

  constructor(call: ClientReadableStream<Buffer>) {
    this.#call = call;
    call.on('data', (message: Buffer) => this.messages.push(message.toString()));
    this.outcome = new Promise((resolve) => settle(call, this.messages, resolve));
  }

  cancel(): void {
    this.#call.cancel();
  }
}

/** A call that streams both ways. */
export class Talking extends Streaming {
  readonly #duplex: ClientDuplexStream<Buffer, Buffer>;

  constructor(call: ClientDuplexStream<Buffer, Buffer>) {
    super(call);
    this.#duplex = call;
  }

  say(message: string): void {
    this.#duplex.write(Buffer.from(message));
  }

  end(): void {
    this.#duplex.end();
  }
}

function settle(call: AnyCall, messages: readonly string[], resolve: (outcome: Outcome) => void): void {
  let initial = new Metadata();
  // The outcome tells it as well.
  call.on('error', () => {});
  call.on('metadata', (metadata: Metadata) => {
    initial = metadata;
  });
  call.on('status', ({ code, details, metadata }) => {
    setImmediate(() =>
      resolve({ status: status[code] ?? String(code), details, messages, initial, trailing: metadata }),
    );
  });
}
