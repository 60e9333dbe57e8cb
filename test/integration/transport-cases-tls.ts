import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { UpstreamTls } from '#gateway/proxy/transport/transport.js';
import { Authorities } from '#gateway/tls/authorities.js';
import { type ClientIdentity, clientIdentity } from '#gateway/tls/client-identity.js';
import { makeCertificate, type TestCertificate } from '../helpers/certificate.js';
import { answering, RawUpstream } from '../helpers/raw-upstream.js';
import { Exchange, GET, type MakeTransport, Opened, originOf, wholePost } from './transport-exchange.js';

const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const CLOSING = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const NAME = 'upstream.test';
const PAST = new Date(Date.now() - 1_000);

const ca = makeCertificate({ commonName: 'Test CA', ca: true });
const otherCa = makeCertificate({ commonName: 'Other CA', ca: true });
const upper = makeCertificate({ commonName: 'Upper', ca: true, issuer: ca });
const lower = makeCertificate({ commonName: 'Lower', ca: true, issuer: upper });
const good = certificate([NAME, '127.0.0.1'], ca);

function certificate(names: readonly string[], issuer?: TestCertificate, notAfter?: Date): TestCertificate {
  const options = { commonName: 'a', names };
  return makeCertificate({
    ...options,
    ...(issuer === undefined ? {} : { issuer }),
    ...(notAfter === undefined ? {} : { notAfter }),
  });
}

/** What is shown with the certificates between it and an authority. */
function chain({ cert, key }: TestCertificate, ...between: readonly TestCertificate[]): TlsOptions {
  return { cert: [cert, ...between.map((each) => each.cert)].join(''), key };
}

function identity({ cert, key }: TestCertificate): ClientIdentity {
  return clientIdentity(cert, key);
}

/** Any certificate is taken. */
const LAX: UpstreamTls = { servername: NAME, verification: undefined, identity: undefined };

function strict(
  name = NAME,
  { authorities = [ca], depth = 1 }: { authorities?: readonly TestCertificate[]; depth?: number } = {},
): UpstreamTls {
  const trusted = new Authorities(authorities.map(({ cert }) => cert));
  const servername = name === '127.0.0.1' ? undefined : name;
  return { servername, verification: { name, authorities: trusted, depth }, identity: undefined };
}

/** How `https` origins are spoken to. */
export function tlsCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  async function start(tls: TlsOptions, answer = EMPTY) {
    const transport = opened.add(make());
    const upstream = opened.add(await RawUpstream.start(answering(answer), tls));
    const send = (how: UpstreamTls) => Exchange.send(transport, originOf(upstream.port, how), GET);
    return { transport, upstream, send };
  }

  function socketOf(upstream: RawUpstream, index: number): TLSSocket {
    const socket = upstream.connections[index]?.socket;
    assert.ok(socket instanceof TLSSocket);
    return socket;
  }

  const nameAsked = (upstream: RawUpstream) => Reflect.get(socketOf(upstream, 0), 'servername');

  describe('a TLS upstream', () => {
    it('is sent the name and no ALPN, verified, and its connection used again', async () => {
      const { upstream, send } = await start(chain(good), 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
      for (let count = 0; count < 3; count += 1) assert.equal((await send(strict()).ended()).body, 'abc');
      assert.equal(upstream.connections.length, 1);
      assert.equal(nameAsked(upstream), NAME);
      assert.equal(socketOf(upstream, 0).alpnProtocol, false);
    });

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`resumes its session on a new connection, ${version}`, async () => {
        const { upstream, send } = await start({ ...chain(good), maxVersion: version }, CLOSING);
        await send(strict()).ended();
        await send(strict()).ended();
        assert.deepEqual(
          [0, 1].map((index) => socketOf(upstream, index).isSessionReused()),
          [false, true],
        );
      });

      it(`that was refused cannot resume its session, ${version}`, async () => {
        const { send } = await start({ ...chain(good), maxVersion: version }, CLOSING);
        for (const how of [strict('other.test'), strict(NAME, { depth: -1 })])
          for (let count = 0; count < 3; count += 1)
            assert.equal((await send(how).failed()).failure, 'tls_failed');
      });
    }

    it('takes bodies larger than a record both ways', async () => {
      const body = 'x'.repeat(1_000_000);
      const { transport, upstream } = await start(
        chain(good),
        `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      const origin = originOf(upstream.port, strict());
      for (let count = 0; count < 2; count += 1) {
        const exchange = await Exchange.send(transport, origin, wholePost(Buffer.from(body))).ended();
        assert.equal(exchange.body.length, body.length);
        assert.equal(upstream.requests[count]?.body.length, body.length);
      }
      assert.equal(upstream.connections.length, 1);
    });

    it('without a name is sent none and verified by its address', async () => {
      const { upstream, send } = await start(chain(good));
      await send(strict('127.0.0.1')).ended();
      assert.equal(nameAsked(upstream), false);
      const { send: sendNameless } = await start(chain(certificate([NAME], ca)));
      assert.match((await sendNameless(strict('127.0.0.1')).failed()).message, /127\.0\.0\.1 is not in/);
    });

    const bad: readonly (readonly [string, TlsOptions, RegExp])[] = [
      ['a self-signed certificate', chain(certificate([NAME])), /self.signed/],
      ['the certificate of another authority', chain(certificate([NAME], otherCa)), /unable to (get|verify)/],
      ['another name', chain(certificate(['other.test'], ca)), /altnames|does not match/i],
      ['an expired certificate', chain(certificate([NAME], ca, PAST)), /expired/],
      ['a certificate without its intermediate', chain(certificate([NAME], upper)), /unable to (get|verify)/],
    ];
    for (const [what, tls, reason] of bad) {
      it(`with ${what} is refused where it is verified, and taken where it is not`, async () => {
        const { upstream, send } = await start(tls);
        const error = await send(strict()).failed();
        assert.deepEqual([error.failure, error.phase], ['tls_failed', 'connect']);
        assert.match(error.message, reason);
        assert.equal(upstream.requests.length, 0, 'the request went out all the same');
        await send(LAX).ended();
        const again = await send(strict()).failed();
        assert.equal(again.failure, 'tls_failed', 'a lax connection was used for a strict origin');
      });
    }

    it('whose authority is trusted by nobody is refused, and the reason says so', async () => {
      const { send } = await start(chain(good));
      const error = await send(strict(NAME, { authorities: [] })).failed();
      assert.match(error.message, /\(the service trusts no ca_certificates\)$/);
    });

    it('may have as many intermediate certificates as the depth allows', async () => {
      const chains: readonly (readonly [TlsOptions, intermediates: number])[] = [
        [chain(good), 0],
        [chain(certificate([NAME], upper), upper), 1],
        [chain(certificate([NAME], lower), lower, upper), 2],
        // What stands above an authority does not count, be it sent or not.
        [chain(certificate([NAME], upper), upper, ca), 1],
      ];
      for (const [tls, intermediates] of chains) {
        const { send } = await start(tls);
        for (let depth = 0; depth < 4; depth += 1) {
          const exchange = send(strict(NAME, { authorities: [otherCa, ca], depth }));
          if (depth >= intermediates) await exchange.ended();
          else assert.match((await exchange.failed()).message, new RegExp(`chain is too long: ${depth} `));
        }
      }
    });

    it('that asks who the gateway is is shown its certificate, one that demands it refuses without', async () => {
      const shown = makeCertificate({ commonName: 'gateway', issuer: ca });
      const other = makeCertificate({ commonName: 'other', issuer: ca });
      const asking = { ...chain(good), requestCert: true, ca: ca.cert };
      const asks = await start({ ...asking, rejectUnauthorized: false });
      const seen: unknown[] = [];
      for (const each of [undefined, shown, other, shown]) {
        await asks.send({ ...LAX, identity: each === undefined ? undefined : identity(each) }).ended();
        const last = asks.upstream.connections.filter(({ requests }) => requests.length > 0);
        seen.push(
          last.map(({ socket }) => socket instanceof TLSSocket && socket.getPeerCertificate().subject?.CN),
        );
      }
      const all = [undefined, 'gateway', 'other'];
      assert.deepEqual(seen, [all.slice(0, 1), all.slice(0, 2), all, all]);
      const demands = await start({ ...asking, rejectUnauthorized: true });
      await demands.send({ ...LAX, identity: identity(shown) }).ended();
      assert.equal((await demands.send(LAX).failed()).phase !== 'body', true);
    });

    it('cannot be spoken to with a key that is not the certificate’s', async () => {
      const { send } = await start(chain(good));
      const wrong = clientIdentity(good.cert, ca.key);
      assert.match((await send({ ...LAX, identity: wrong }).failed()).message, /key/i);
      await send(LAX).ended();
    });

    it('that speaks no TLS is a failed handshake', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start((connection) => connection.write('HTTP/1.1 400 Bad\r\n\r\n')),
      );
      const failed = await Exchange.send(transport, originOf(upstream.port, LAX), GET).failed();
      assert.equal(failed.failure, 'tls_failed');
    });

    it('that closes during the handshake is a failed handshake', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start((connection) => connection.end()));
      const failed = await Exchange.send(transport, originOf(upstream.port, LAX), GET).failed();
      assert.equal(failed.failure, 'tls_failed');
    });
  });
}
