import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { makeCertificate } from '../helpers/certificate.js';
import { GreeterClient, type Outcome } from '../helpers/grpc-client.js';
import { GREETER, GrpcUpstream } from '../helpers/grpc-upstream.js';
import { deadPort } from '../helpers/port-map.js';
import { RunningProxy } from '../helpers/proxy.js';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const certificate = makeCertificate({ commonName: 'gateway.test', names: ['gateway.test'] });
const certificates = [{ cert: certificate.cert, key: certificate.key, snis: [{ name: 'gateway.test' }] }];
const CLIENTS = ['plain client', 'TLS client'] as const;
const SERVICES = ['grpc service', 'grpcs service'] as const;
const HELLO = 'hello abc';

/** The kinds of calls, each with what it brings when all is well. */
const KINDS: readonly (readonly [string, (client: GreeterClient) => Promise<Outcome>, readonly string[]])[] =
  [
    ['unary', (client) => client.unary(GREETER.sayHello, 'abc'), [HELLO]],
    ['server streaming', (client) => client.serverStream(GREETER.many).outcome, ['m0', 'm1', 'm2']],
    ['client streaming', (client) => client.clientStream(GREETER.up, ['a', 'b', 'c']), ['got 3']],
    ['bidirectional', talk, ['echo a', 'echo b']],
  ];

/** Each message is sent once the one before it was answered: nothing on the way may hold them back. */
async function talk(client: GreeterClient): Promise<Outcome> {
  const call = client.bidi();
  let over = false;
  call.outcome.finally(() => {
    over = true;
  });
  for (const [index, word] of ['a', 'b'].entries()) {
    call.say(word);
    await waitFor(`the echo of ${word}`, () => over || call.messages.length > index);
  }
  call.end();
  return call.outcome;
}

function route(protocols: readonly string[]): object {
  return { name: 'greeter', paths: ['/hello.Greeter'], protocols };
}

describe('gRPC through the gateway', () => {
  let upstreams: Readonly<Record<(typeof SERVICES)[number], GrpcUpstream>>;
  let proxy: RunningProxy;
  let ports: Readonly<Record<(typeof CLIENTS)[number], number>>;
  let dead: number;
  const clients: GreeterClient[] = [];

  before(async () => {
    upstreams = {
      'grpc service': await GrpcUpstream.start(),
      'grpcs service': await GrpcUpstream.start(makeCertificate({ commonName: 'upstream.test' })),
    };
    proxy = await RunningProxy.start();
    ports = {
      'plain client': await proxy.listenHttp2(),
      'TLS client': await proxy.listenTls({}, { http2: true }),
    };
    dead = await deadPort();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  after(async () => {
    await proxy.close();
    for (const kind of SERVICES) await upstreams[kind].close();
  });

  /** Serves one service, and connects a client. */
  function serve(
    kind: (typeof CLIENTS)[number],
    service: object,
    protocols = ['grpc', 'grpcs'],
  ): GreeterClient {
    const target = { name: 'g', host: '127.0.0.1', protocol: 'grpc', retries: 0, routes: [route(protocols)] };
    proxy.swap({ services: [{ ...target, ...service }], certificates });
    return connect(kind);
  }

  function connect(kind: (typeof CLIENTS)[number], options: object = {}): GreeterClient {
    const client = new GreeterClient(ports[kind], kind === 'TLS client' ? certificate : undefined, options);
    clients.push(client);
    return client;
  }

  function at(kind: (typeof SERVICES)[number]): object {
    return { protocol: kind.split(' ')[0], port: upstreams[kind].port };
  }

  for (const client of CLIENTS) {
    describe(client, () => {
      for (const [kind, call, messages] of KINDS) {
        for (const service of SERVICES) {
          it(`${kind} × ${service}: OK`, async () => {
            const outcome = await call(serve(client, at(service)));
            assert.deepEqual([outcome.status, outcome.messages], ['OK', messages]);
          });
        }

        it(`${kind} × upstream down: INTERNAL`, async () => {
          const outcome = await call(serve(client, { port: dead }));
          assert.equal(outcome.status, 'INTERNAL');
          assert.equal(outcome.details, 'An invalid response was received from the upstream server');
        });

        it(`${kind} × name without an address: UNAVAILABLE`, async () => {
          const outcome = await call(serve(client, { host: 'no-such-host.invalid', port: 1 }));
          assert.deepEqual([outcome.status, outcome.details], ['UNAVAILABLE', 'Unavailable']);
        });

        it(`${kind} × no route: NOT_FOUND`, async () => {
          proxy.swap({ certificates });
          const outcome = await call(connect(client));
          assert.deepEqual([outcome.status, outcome.details], ['NOT_FOUND', 'NotFound']);
        });

        it(`${kind} × route for grpcs only: ${client === 'TLS client' ? 'OK' : 'CANCELLED'}`, async () => {
          const outcome = await call(serve(client, at('grpc service'), ['grpcs']));
          if (client === 'TLS client') assert.equal(outcome.status, 'OK');
          else
            assert.deepEqual(
              [outcome.status, outcome.details],
              ['CANCELLED', 'gRPC request matched gRPCs route'],
            );
        });
      }

      it('unary × the service fails: its status and details', async () => {
        const outcome = await serve(client, at('grpc service')).unary(GREETER.fail, 'abc');
        assert.deepEqual([outcome.status, outcome.details], ['FAILED_PRECONDITION', 'nope é%']);
      });

      it('unary × upstream too slow: DEADLINE_EXCEEDED', async () => {
        const slow = serve(client, { ...at('grpc service'), read_timeout: 50 });
        const outcome = await slow.unary(GREETER.slow, 'abc');
        assert.deepEqual(
          [outcome.status, outcome.details],
          ['DEADLINE_EXCEEDED', 'The upstream server is timing out'],
        );
      });

      it('unary × the deadline of the client: DEADLINE_EXCEEDED, and the service hears of it', async () => {
        const { cancelled } = upstreams['grpc service'];
        const before = cancelled.length;
        const calling = serve(client, at('grpc service'));
        const outcome = await calling.unary(GREETER.slow, 'abc', undefined, { deadline: Date.now() + 200 });
        assert.equal(outcome.status, 'DEADLINE_EXCEEDED');
        await waitFor('the service to be told', () => cancelled.length > before);
      });

      it('server streaming × cancelled: CANCELLED, and the service hears of it', async () => {
        const { cancelled } = upstreams['grpc service'];
        const before = cancelled.length;
        const call = serve(client, at('grpc service')).serverStream(GREETER.forever);
        await waitFor('two messages', () => call.messages.length >= 2);
        call.cancel();
        assert.equal((await call.outcome).status, 'CANCELLED');
        await waitFor('the service to be told', () => cancelled.length > before);
      });

      it('unary × metadata: both ways, in front and behind, binary as well', async () => {
        const metadata = new Metadata();
        metadata.set('x-a', '1');
        metadata.add('x-a', '2');
        metadata.set('x-bytes-bin', Buffer.from([0, 255, 10, 13]));
        const upstream = upstreams['grpc service'];
        upstream.take();
        const outcome = await serve(client, at('grpc service')).unary(GREETER.sayHello, 'abc', metadata);
        const [seen] = upstream.take();
        assert.equal(seen?.metadata['x-a']?.join(), '1, 2');
        assert.deepEqual(seen?.metadata['x-bytes-bin'], ['\x00\xff\n\r']);
        assert.deepEqual([outcome.initial.get('x-init'), outcome.trailing.get('x-trail')], [['i'], ['t']]);
      });

      it('unary × messages of 20 MB: OK', async () => {
        const message = 'abcdefghij'.repeat(2 << 20);
        const outcome = await serve(client, at('grpc service')).unary(GREETER.sayHello, message);
        assert.equal(outcome.status, 'OK');
        assert.ok(outcome.messages[0] === `hello ${message}`, 'the message differs');
      });

      it('bidirectional × a reload in the middle: goes on where it was', async () => {
        const calling = serve(client, at('grpc service'));
        const call = calling.bidi();
        call.say('a');
        await waitFor('the first echo', () => call.messages.length === 1);
        proxy.swap({ certificates });
        call.say('b');
        await waitFor('the second echo', () => call.messages.length === 2);
        assert.equal((await calling.unary(GREETER.sayHello, 'abc')).status, 'NOT_FOUND');
        call.end();
        assert.equal((await call.outcome).status, 'OK');
      });

      it('unary × an http service: HTTP/1.1 upstream, and no gRPC comes back', async () => {
        const upstream = await RawUpstream.start(async (connection) => {
          const { head } = await connection.request();
          assert.match(head, /^POST \/hello\.Greeter\/SayHello HTTP\/1\.1\r\n/);
          connection.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        });
        const service = {
          protocol: 'http',
          port: upstream.port,
          routes: [{ name: 'r', paths: ['/hello'], strip_path: false }],
        };
        const outcome = await serve(client, service).unary(GREETER.sayHello, 'abc');
        assert.equal(outcome.status, 'PERMISSION_DENIED');
        await upstream.close();
      });

      it('many calls at a time share connections', async () => {
        const calling = serve(client, at('grpc service'));
        const outcomes = await Promise.all(
          Array.from({ length: 300 }, (_, index) => calling.unary(GREETER.sayHello, `${index}`)),
        );
        assert.deepEqual(
          outcomes.map(({ messages }) => messages[0]),
          outcomes.map((_, index) => `hello ${index}`),
        );
      });
    });
  }

  it('calls go on while their server is replaced: the old one drains, new calls go to the new one', async () => {
    const first = await GrpcUpstream.start();
    const client = serve('plain client', { port: first.port, retries: 1 });
    const call = client.bidi();
    call.say('a');
    await waitFor('the first echo', () => call.messages.length === 1);
    const drained = first.drain();
    call.say('b');
    await waitFor('the second echo', () => call.messages.length === 2);
    proxy.swap({
      services: [{ name: 'g', ...at('grpc service'), host: '127.0.0.1', routes: [route(['grpc'])] }],
    });
    assert.equal((await client.unary(GREETER.sayHello, 'abc')).status, 'OK');
    call.end();
    assert.equal((await call.outcome).status, 'OK');
    await drained;
  });

  it('a server that dies in the middle of a call: the client hears of it, and the next call is served again', async () => {
    const first = await GrpcUpstream.start();
    const client = serve('plain client', { port: first.port });
    const call = client.serverStream(GREETER.forever);
    await waitFor('a message', () => call.messages.length >= 1);
    await first.close();
    const { status } = await call.outcome;
    assert.ok(['INTERNAL', 'UNAVAILABLE', 'CANCELLED'].includes(status), status);
    assert.equal((await client.unary(GREETER.sayHello, 'abc')).status, 'INTERNAL');
  });
});
