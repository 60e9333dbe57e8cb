import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { TestCertificate } from './certificate.js';

/** A call as the upstream saw it. */
export interface SeenCall {
  readonly path: string;
  readonly host: string;
  /** Values as text in latin1. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
}

function method(
  path: string,
  requestStream: boolean,
  responseStream: boolean,
): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

/** The methods of the service; messages are bytes without a schema. */
export const GREETER = {
  /** Answers `hello` and the message, with metadata in front and behind. */
  sayHello: method('/hello.Greeter/SayHello', false, false),
  /** Fails with FAILED_PRECONDITION. */
  fail: method('/hello.Greeter/Fail', false, false),
  /** Never answers, and notes when it is cancelled. */
  slow: method('/hello.Greeter/Slow', false, false),
  /** Answers m0, m1 and m2. */
  many: method('/hello.Greeter/Many', false, true),
  /** Answers m0, m1, … until it is cancelled. */
  forever: method('/hello.Greeter/Forever', false, true),
  /** Answers `got` and the number of messages. */
  up: method('/hello.Greeter/Up', true, false),
  /** Answers `echo` and each message as it comes. */
  bidi: method('/hello.Greeter/Bidi', true, true),
} as const;

/** A gRPC server on a free port of 127.0.0.1. */
export class GrpcUpstream {
  readonly port: number;
  readonly #server: Server;
  readonly #seen: SeenCall[];
  readonly #cancelled: string[];

  private constructor(server: Server, port: number, seen: SeenCall[], cancelled: string[]) {
    this.#server = server;
    this.port = port;
    this.#seen = seen;
    this.#cancelled = cancelled;
  }

  static async start(tls?: TestCertificate, options: object = {}): Promise<GrpcUpstream> {
    const server = new Server({ 'grpc.max_receive_message_length': -1, ...options });
    const seen: SeenCall[] = [];
    const cancelled: string[] = [];
    server.addService(GREETER, handlers(seen, cancelled));
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
          ]);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return new GrpcUpstream(server, port, seen, cancelled);
  }

  /** The calls since the last call of this. */
  take(): readonly SeenCall[] {
    return this.#seen.splice(0);
  }

  /** The paths of calls that were cancelled. */
  get cancelled(): readonly string[] {
    return this.#cancelled;
  }

  /** Takes no new calls, lets those under way end (GOAWAY), and resolves then. */
  drain(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.tryShutdown((error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#server.forceShutdown();
  }
}

/** What all kinds of calls have. */
interface SeenBy {
  readonly metadata: Metadata;
  getPath(): string;
  getHost(): string;
  on(event: 'cancelled', listener: () => void): unknown;
}

function handlers(seen: SeenCall[], cancelled: string[]): UntypedServiceImplementation {
  const note = (call: SeenBy): void => {
    seen.push({ path: call.getPath(), host: call.getHost(), metadata: textsOf(call.metadata) });
    call.on('cancelled', () => void cancelled.push(call.getPath()));
  };
  return {
    sayHello(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
      note(call);
      const [initial, trailing] = [new Metadata(), new Metadata()];
      initial.set('x-init', 'i');
      trailing.set('x-trail', 't');
      call.sendMetadata(initial);
      done(null, Buffer.concat([Buffer.from('hello '), call.request]), trailing);
    },
    fail(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
      note(call);
      done({ code: status.FAILED_PRECONDITION, details: 'nope é%' });
    },
    slow(call: ServerUnaryCall<Buffer, Buffer>): void {
      note(call);
    },
    many(call: ServerWritableStream<Buffer, Buffer>): void {
      note(call);
      for (const text of ['m0', 'm1', 'm2']) call.write(Buffer.from(text));
      call.end();
    },
    forever(call: ServerWritableStream<Buffer, Buffer>): void {
      note(call);
      let count = 0;
      const timer = setInterval(() => call.write(Buffer.from(`m${count++}`)), 10);
      call.on('cancelled', () => clearInterval(timer));
    },
    up(call: ServerReadableStream<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
      note(call);
      let count = 0;
      call.on('data', () => {
        count += 1;
      });
      call.on('end', () => done(null, Buffer.from(`got ${count}`)));
    },
    bidi(call: ServerDuplexStream<Buffer, Buffer>): void {
      note(call);
      call.on('data', (message: Buffer) => call.write(Buffer.concat([Buffer.from('echo '), message])));
      call.on('end', () => call.end());
    },
  };
}

function textsOf(metadata: Metadata): Readonly<Record<string, readonly string[]>> {
  const names = Object.keys(metadata.getMap()).sort();
  return Object.fromEntries(
    names.map((name) => [name, metadata.get(name).map((value) => value.toString('latin1'))]),
  );
}
