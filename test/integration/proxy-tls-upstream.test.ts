import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { answer, behindProxy, ROUTES, request, type Stage } from '../helpers/behind-proxy.js';
import { makeCertificate } from '../helpers/certificate.js';
import { exchange } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';

const authority = makeCertificate({ commonName: 'authority.test', ca: true });
const name = { commonName: 'up.test', names: ['up.test'] };
const CERTIFICATES = {
  good: makeCertificate({ ...name, issuer: authority }),
  'self-signed': makeCertificate(name),
  expired: makeCertificate({ ...name, issuer: authority, notAfter: new Date(Date.now() - 1000) }),
};

const CASES: readonly (readonly [
  certificate: keyof typeof CERTIFICATES,
  host: string,
  verify: boolean | null,
  status: number,
])[] = [
  ['good', 'up.test', true, 200],
  ['self-signed', 'up.test', true, 502],
  ['expired', 'up.test', true, 502],
  ['good', 'other.test', true, 502],
  ['good', '127.0.0.1', true, 502],
  ['self-signed', 'up.test', false, 200],
  ['expired', 'other.test', false, 200],
  ['self-signed', 'up.test', null, 200],
  ['self-signed', '127.0.0.1', null, 200],
];

/** Every name is this machine, and certificates of the authority are trusted. */
function localTransport(): Http1Transport {
  return new Http1Transport({
    trustedCertificates: [authority.cert],
    lookup: (_name, options, done) => {
      if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
  });
}

function withCertificate(
  certificate: keyof typeof CERTIFICATES,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  const { cert, key } = CERTIFICATES[certificate];
  return behindProxy(answering(answer('ok')), test, { transport: localTransport(), tls: { cert, key } });
}

function serve({ proxy, upstream }: Stage, service: object, route: object = {}): void {
  const routes = ROUTES.map((fields) => ({ ...fields, ...route }));
  proxy.swap({
    services: [{ name: 's', protocol: 'https', port: upstream.port, retries: 0, ...service, routes }],
  });
}

describe('https upstreams', () => {
  for (const [certificate, host, verify, status] of CASES) {
    it(`a certificate that is ${certificate}, service ${host}, tls_verify ${verify}: ${status}`, () =>
      withCertificate(certificate, async (stage) => {
        serve(stage, { host, tls_verify: verify });
        const [given] = await exchange(stage.port, [request('GET', '/r')], { answers: 1 });
        assert.equal(given?.status, status);
        if (status === 502) assert.match(given?.body ?? '', /^An invalid response was received/);
      }));
  }

  it('a connection that was not verified does not serve a service that verifies', () =>
    withCertificate('self-signed', async (stage) => {
      const statuses: (number | undefined)[] = [];
      for (const verify of [false, true, null]) {
        serve(stage, { host: 'up.test', tls_verify: verify });
        const [given] = await exchange(stage.port, [request('GET', '/r')], { answers: 1 });
        statuses.push(given?.status);
      }
      assert.deepEqual(statuses, [200, 502, 200]);
    }));

  for (const [what, host, route, servername] of [
    ["the service's host", 'up.test', {}, 'up.test'],
    ["the client's Host where it is kept", '127.0.0.1', { preserve_host: true }, 'gw.test'],
    ['nothing where the host is an address', '127.0.0.1', {}, false],
  ] as const) {
    it(`the name asked for is ${what}`, () =>
      withCertificate('good', async (stage) => {
        serve(stage, { host }, route);
        await exchange(stage.port, [request('GET', '/r')], { answers: 1 });
        const socket = stage.upstream.connections[0]?.socket;
        assert.ok(socket instanceof TLSSocket);
        assert.equal('servername' in socket && socket.servername, servername);
      }));
  }

  it('connections are used again', () =>
    withCertificate('good', async (stage) => {
      serve(stage, { host: 'up.test', tls_verify: true });
      for (let count = 0; count < 5; count += 1) {
        await exchange(stage.port, [request('GET', '/r')], { answers: 1 });
      }
      assert.deepEqual([stage.upstream.requests.length, stage.upstream.connections.length], [5, 1]);
    }));
});
