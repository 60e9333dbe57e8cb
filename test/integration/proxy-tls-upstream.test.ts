import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { answer, behindProxy, ROUTES, request, requestWith, type Stage } from '../helpers/behind-proxy.js';
import { makeCertificate, type TestCertificate } from '../helpers/certificate.js';
import { localLookup } from '../helpers/local-lookup.js';
import { exchange } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';

const authority = makeCertificate({ commonName: 'authority.test', ca: true });
const strange = makeCertificate({ commonName: 'strange.test', ca: true });
const name = { commonName: 'up.test', names: ['up.test'] };
const CERTIFICATES = {
  good: makeCertificate({ ...name, issuer: authority }),
  'self-signed': makeCertificate(name),
  expired: makeCertificate({ ...name, issuer: authority, notAfter: new Date(Date.now() - 1000) }),
  'for an address': makeCertificate({ ...name, names: ['127.0.0.1'], issuer: authority }),
};
const CA = { id: randomUUID(), cert: authority.cert };
const STRANGE_CA = { id: randomUUID(), cert: strange.cert };
const UNKNOWN = randomUUID();
const TRUSTED = { tls_verify: true, ca_certificates: [CA.id] };

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
  ['for an address', '127.0.0.1', true, 200],
  ['self-signed', 'up.test', false, 200],
  ['expired', 'other.test', false, 200],
  ['self-signed', 'up.test', null, 200],
  ['self-signed', '127.0.0.1', null, 200],
];

/** Which authorities a service names, and what it answers whose certificate is that of the first one. */
const AUTHORITIES: readonly (readonly [what: string, ids: readonly string[] | null, status: number])[] = [
  ['none', null, 502],
  ['an empty list', [], 502],
  ['another one', [STRANGE_CA.id], 502],
  ['both', [STRANGE_CA.id, CA.id], 200],
  ['an unknown one', [UNKNOWN], 502],
  ['an unknown one and its own', [UNKNOWN, CA.id], 200],
];

function withCertificate(
  certificate: keyof typeof CERTIFICATES,
  test: (stage: Stage) => Promise<void>,
  options: TlsOptions = {},
): Promise<void> {
  const { cert, key } = CERTIFICATES[certificate];
  const transport = new Http1Transport({ lookup: localLookup });
  return behindProxy(answering(answer('ok')), test, { transport, tls: { cert, key, ...options } });
}

function serve({ proxy, upstream }: Stage, service: object, route: object = {}, rest: object = {}): void {
  const routes = ROUTES.map((fields) => ({ ...fields, ...route }));
  const fields = { name: 's', protocol: 'https', port: upstream.port, retries: 0, ...service, routes };
  proxy.swap({ ca_certificates: [CA, STRANGE_CA], services: [fields], ...rest });
}

async function ask({ port }: Stage, text = request('GET', '/r')) {
  const [given] = await exchange(port, [text], { answers: 1 });
  assert.ok(given !== undefined);
  return given;
}

function entity({ cert, key }: TestCertificate) {
  return { id: randomUUID(), cert, key };
}

describe('https upstreams', () => {
  for (const [certificate, host, verify, status] of CASES) {
    it(`a certificate that is ${certificate}, service ${host}, tls_verify ${verify}: ${status}`, () =>
      withCertificate(certificate, async (stage) => {
        serve(stage, { ...TRUSTED, host, tls_verify: verify });
        const given = await ask(stage);
        assert.equal(given.status, status);
        if (status === 502) assert.match(given.body, /^An invalid response was received/);
      }));
  }

  for (const [what, ids, status] of AUTHORITIES) {
    it(`ca_certificates is ${what}: ${status}`, () =>
      withCertificate('good', async (stage) => {
        serve(stage, { host: 'up.test', tls_verify: true, ca_certificates: ids });
        assert.equal((await ask(stage)).status, status);
      }));
  }

  it('why a certificate was refused is told to the log, not to the client', () =>
    withCertificate('expired', async (stage) => {
      serve(stage, { host: 'up.test', ...TRUSTED });
      assert.doesNotMatch((await ask(stage)).body, /expired|certificate|TLS/i);
      const [entry] = stage.proxy.logged.filter(({ level }) => level === 'error');
      assert.match(JSON.stringify(entry?.fields), /certificate has expired/);
    }));

  it('services that trust differently share no connection', () =>
    withCertificate('self-signed', async (stage) => {
      const statuses: number[] = [];
      for (const trust of [{}, TRUSTED, { tls_verify: null }, { ...TRUSTED, ca_certificates: null }]) {
        serve(stage, { host: 'up.test', ...trust });
        statuses.push((await ask(stage)).status);
      }
      assert.deepEqual(statuses, [200, 502, 200, 502]);
    }));

  it('an authority whose certificate is exchanged under its id is trusted no more', () =>
    withCertificate('good', async (stage) => {
      const statuses: number[] = [];
      for (const cert of [authority.cert, strange.cert, authority.cert]) {
        serve(stage, { host: 'up.test', ...TRUSTED }, {}, { ca_certificates: [{ ...CA, cert }] });
        statuses.push((await ask(stage)).status);
      }
      assert.deepEqual(statuses, [200, 502, 200]);
    }));

  it('a reload that changes nothing of it keeps the connection', () =>
    withCertificate('good', async (stage) => {
      for (const id of [CA.id, randomUUID()]) {
        const trust = { tls_verify: true, ca_certificates: [id] };
        serve(stage, { host: 'up.test', ...trust }, {}, { ca_certificates: [{ ...CA, id }] });
        assert.equal((await ask(stage)).status, 200);
      }
      assert.equal(stage.upstream.connections.length, 1);
    }));

  for (const [what, host, route, servername] of [
    ["the service's host", 'up.test', {}, 'up.test'],
    ["the client's Host where it is kept", '127.0.0.1', { preserve_host: true }, 'gw.test'],
    ['nothing where the host is an address', '127.0.0.1', {}, false],
  ] as const) {
    it(`the name asked for is ${what}`, () =>
      withCertificate('good', async (stage) => {
        serve(stage, { host }, route);
        await ask(stage);
        const socket = stage.upstream.connections[0]?.socket;
        assert.ok(socket instanceof TLSSocket);
        assert.equal('servername' in socket && socket.servername, servername);
      }));
  }

  it("the client's Host, where it is kept, is the name that is verified", () =>
    withCertificate('good', async (stage) => {
      const statuses: number[] = [];
      serve(stage, { host: 'up.test', ...TRUSTED }, { preserve_host: true });
      for (const host of ['up.test', 'UP.test:99', 'gw.test', '127.0.0.1', '[::1]'])
        statuses.push((await ask(stage, `GET /r HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).status);
      assert.deepEqual(statuses, [200, 200, 502, 502, 502]);
    }));

  it('connections are used again', () =>
    withCertificate('good', async (stage) => {
      serve(stage, { host: 'up.test', ...TRUSTED });
      for (let count = 0; count < 5; count += 1) await ask(stage);
      assert.deepEqual([stage.upstream.requests.length, stage.upstream.connections.length], [5, 1]);
    }));

  it('client_certificate is shown, and another one after a reload that says so', () => {
    const [first, second] = ['first', 'second'].map((commonName) =>
      entity(makeCertificate({ commonName, issuer: authority })),
    );
    assert.ok(first !== undefined && second !== undefined);
    const shown = ({ upstream }: Stage) =>
      upstream.connections
        .filter(({ requests }) => requests.length > 0)
        .map(({ socket }) => socket instanceof TLSSocket && socket.getPeerCertificate().subject?.CN);
    return withCertificate(
      'good',
      async (stage) => {
        serve(stage, { host: 'up.test' });
        assert.equal((await ask(stage)).status, 502);
        for (const { id } of [first, second, first]) {
          serve(
            stage,
            { host: 'up.test', client_certificate: { id } },
            {},
            { certificates: [first, second] },
          );
          assert.equal((await ask(stage)).status, 200);
        }
        assert.deepEqual(shown(stage), ['first', 'second']);
      },
      { requestCert: true, ca: authority.cert },
    );
  });

  for (const method of ['GET', 'POST']) {
    it(`a failed handshake is repeated, ${method}: the request was not sent`, () =>
      withCertificate('self-signed', async (stage) => {
        serve(stage, { host: 'up.test', ...TRUSTED, retries: 2 });
        assert.equal((await ask(stage, requestWith(method, '/r', 'abc'))).status, 502);
        const [entry] = stage.proxy.logged.filter(({ level }) => level === 'error');
        assert.equal(entry !== undefined && Reflect.get(entry.fields, 'attempts'), 3);
        assert.equal(stage.upstream.requests.length, 0);
      }));
  }
});
