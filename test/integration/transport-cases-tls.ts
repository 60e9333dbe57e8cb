import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { makeCertificate, type TestCertificate } from '../helpers/certificate.js';
import { answering, RawUpstream } from '../helpers/raw-upstream.js';
import { Exchange, GET, type MakeTransport, Opened, originOf, wholePost } from './transport-exchange.js';

const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const PAST = new Date(Date.now() - 1_000);

/** How `https` origins are spoken to. */
export function tlsCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());
  const ca = makeCertificate({ commonName: 'Test CA', ca: true });
  const good = makeCertificate({
    commonName: 'upstream.test',
    names: ['upstream.test', '127.0.0.1'],
    issuer: ca,
  });

  async function start(certificate: TestCertificate, answer = EMPTY) {
    const transport = opened.add(make({ trustedCertificates: [ca.cert] }));
    const { cert, key } = certificate;
    const upstream = opened.add(await RawUpstream.start(answering(answer), { cert, key }));
    const send = (verify: boolean, servername: string | undefined = 'upstream.test') =>
      Exchange.send(transport, originOf(upstream.port, { servername, verify }), GET);
    return { transport, upstream, send };
  }

  function sessionOf(upstream: RawUpstream, index: number) {
    const socket = upstream.connections[index]?.socket;
    assert.ok(socket instanceof TLSSocket);
    return { name: Reflect.get(socket, 'servername'), resumed: socket.isSessionReused() };
  }

  describe('a TLS upstream', () => {
    it('is sent the name, verified, and its connection used again', async () => {
      const { upstream, send } = await start(good, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
      for (let count = 0; count < 3; count += 1) assert.equal((await send(true).ended()).body, 'abc');
      assert.equal(upstream.connections.length, 1);
      assert.equal(sessionOf(upstream, 0).name, 'upstream.test');
    });

    it('resumes its session on a new connection', async () => {
      const { upstream, send } = await start(
        good,
        'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
      await send(true).ended();
      await send(true).ended();
      assert.deepEqual(
        [0, 1].map((index) => sessionOf(upstream, index).resumed),
        [false, true],
      );
    });

    it('takes bodies larger than a record both ways', async () => {
      const body = 'x'.repeat(1_000_000);
      const { transport, upstream } = await start(
        good,
        `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      const origin = originOf(upstream.port, { servername: 'upstream.test', verify: true });
      for (let count = 0; count < 2; count += 1) {
        const exchange = await Exchange.send(transport, origin, wholePost(Buffer.from(body))).ended();
        assert.equal(exchange.body.length, body.length);
        assert.equal(upstream.requests[count]?.body.length, body.length);
      }
      assert.equal(upstream.connections.length, 1);
    });

    it('without a name is sent none and verified by its address', async () => {
      const { upstream, send } = await start(good);
      const { transport } = await start(good);
      assert.ok(transport);
      await Exchange.send(
        transport,
        originOf(upstream.port, { servername: undefined, verify: true }),
        GET,
      ).ended();
      assert.equal(sessionOf(upstream, 0).name, false);
      await send(true).ended();
    });

    const bad: readonly (readonly [string, TestCertificate, RegExp])[] = [
      [
        'a self-signed certificate',
        makeCertificate({ commonName: 'a', names: ['upstream.test'] }),
        /self.signed/,
      ],
      [
        'another name',
        makeCertificate({ commonName: 'a', names: ['other.test'], issuer: ca }),
        /altnames|does not match/i,
      ],
      [
        'an expired certificate',
        makeCertificate({ commonName: 'a', names: ['upstream.test'], issuer: ca, notAfter: PAST }),
        /expired/,
      ],
    ];
    for (const [what, certificate, reason] of bad) {
      it(`with ${what} is refused where it is verified, and taken where it is not`, async () => {
        const { upstream, send } = await start(certificate);
        const error = await send(true).failed();
        assert.deepEqual([error.failure, error.phase], ['tls_failed', 'connect']);
        assert.match(error.message, reason);
        assert.equal(upstream.requests.length, 0, 'the request went out all the same');
        await send(false).ended();
        assert.equal(
          (await send(true).failed()).failure,
          'tls_failed',
          'a lax connection was used for a strict origin',
        );
      });
    }

    it('that speaks no TLS is a failed handshake', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start((connection) => connection.write('HTTP/1.1 400 Bad\r\n\r\n')),
      );
      const origin = originOf(upstream.port, { servername: 'upstream.test', verify: false });
      assert.equal((await Exchange.send(transport, origin, GET).failed()).failure, 'tls_failed');
    });

    it('that closes during the handshake is a failed handshake', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start((connection) => connection.end()));
      const origin = originOf(upstream.port, { servername: 'upstream.test', verify: false });
      assert.equal((await Exchange.send(transport, origin, GET).failed()).failure, 'tls_failed');
    });
  });
}
