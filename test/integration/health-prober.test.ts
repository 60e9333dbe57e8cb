import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import type { CheckResult } from '#gateway/balancer/health/check-result.js';
import { ProbeClient } from '#gateway/balancer/health/probe-client.js';
import { probeRequest } from '#gateway/balancer/health/probe-request.js';
import { Prober } from '#gateway/balancer/health/prober.js';
import { HealthRegistry } from '#gateway/balancer/health/registry.js';
import { makeCertificate } from '../helpers/certificate.js';
import { recordingLog } from '../helpers/gateway.js';
import { checkedUpstream, target } from '../helpers/health.js';
import { type RawConnection, type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

/** Long enough for anything on this machine: what is to fail by it has a timeout of its own. */
const PLENTY = 30;
const LINE = 'HTTP/1.1 200 OK\r\n';

/** What a probe of a scripted upstream shows; `look` sees the upstream once the probe is done. */
async function probe(
  script: RawScript,
  active: object = {},
  look: (upstream: RawUpstream) => void | Promise<void> = () => {},
): Promise<CheckResult | undefined> {
  const upstream = await RawUpstream.start(script);
  try {
    const checked = checkedUpstream({ active: { timeout: PLENTY, ...active } });
    const request = probeRequest(checked, target(upstream.port));
    const result = await new ProbeClient().send(request, new AbortController().signal);
    await look(upstream);
    return result;
  } finally {
    await upstream.close();
  }
}

function answers(text: string): RawScript {
  return async (connection) => {
    await connection.head();
    connection.write(text);
  };
}

/** Writes for as long as the peer takes it. */
async function endless({ socket }: RawConnection, text: string): Promise<void> {
  while (!socket.destroyed) {
    if (socket.write(text)) continue;
    // The peer may reset the connection: that is its way to take no more.
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
}

describe('a probe of a server that', () => {
  for (const [what, script, expected] of [
    ['answers', answers(`${LINE}Content-Length: 2\r\n\r\nok`), 200],
    ['keeps the connection open after its answer', answers('HTTP/1.1 503 no\r\n\r\n'), 503],
    ['sends a status line and no more', answers(LINE), 200],
    ['answers before it is asked', (connection: RawConnection) => connection.write(LINE), 200],
    [
      'sends a status line and then headers without end',
      async (connection: RawConnection) => {
        connection.write(LINE);
        await endless(connection, 'X-A: b\r\n'.repeat(1_000));
      },
      200,
    ],
    [
      'sends a line without end',
      (connection: RawConnection) => endless(connection, 'HTTP/1.1 200 '.repeat(100)),
      0,
    ],
    [
      'speaks another protocol',
      (connection: RawConnection) => connection.write('220 mail.test ESMTP\r\n'),
      0,
    ],
    ['sends bytes of all kinds', answers(`${String.fromCharCode(...Array(256).keys())}`), 0],
  ] as const) {
    it(`${what} is ${expected}`, async () => {
      const result = await probe(script, {}, async (upstream) => {
        await waitFor('the end of the connection', () => upstream.connections[0]?.ended);
      });
      assert.deepEqual(result, { kind: 'http', status: expected });
    });
  }

  for (const [what, script] of [
    ['closes at once', (connection: RawConnection) => connection.end()],
    ['resets at once', (connection: RawConnection) => connection.reset()],
    [
      'closes after the request',
      async (connection: RawConnection) => {
        await connection.head();
        connection.end();
      },
    ],
    [
      'resets after the request',
      async (connection: RawConnection) => {
        await connection.head();
        connection.reset();
      },
    ],
  ] as const) {
    it(`${what} is a tcp failure`, async () => assert.equal((await probe(script))?.kind, 'tcp'));
  }

  it('closes inside its status line, at whatever byte, is a tcp failure', async () => {
    for (let sent = 0; sent < LINE.length; sent += 1) {
      const result = await probe(async (connection) => {
        await connection.head();
        connection.end(LINE.slice(0, sent));
      });
      assert.equal(result?.kind, 'tcp', `${sent} bytes`);
    }
  });

  for (const [what, script] of [
    ['accepts and says nothing', () => {}],
    ['stops inside its status line', answers('HTTP/1.1 20')],
  ] as const) {
    it(`${what} is a timeout`, async () => {
      const result = await probe(script, { timeout: 0.1 }, async (upstream) => {
        await waitFor('the end of the connection', () => upstream.connections[0]?.ended);
      });
      assert.deepEqual(result, { kind: 'timeout', message: 'no answer within 100 ms' });
    });
  }

  it('sends a byte now and then is a timeout: it bounds the whole probe', async () => {
    const result = await probe(
      async (connection) => {
        while (!connection.ended) {
          connection.write('H');
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      { timeout: 0.1 },
    );
    assert.equal(result?.kind, 'timeout');
  });

  it('does not listen is a tcp failure', async () => {
    const upstream = await RawUpstream.start(() => {});
    const { port } = upstream;
    await upstream.close();
    const request = probeRequest(checkedUpstream({ active: { timeout: PLENTY } }), target(port));
    const result = await new ProbeClient().send(request, new AbortController().signal);
    assert.equal(result?.kind, 'tcp');
    assert.match((result as { message: string }).message, /ECONNREFUSED/);
  });

  it('gets the request as Kong sends it', async () => {
    const active = { http_path: '/up', headers: { 'X-A': ['1', '2'], 'X-B': ['b'] } };
    await probe(answers(LINE), active, (upstream) => {
      const expected = 'GET /up HTTP/1.0\r\nX-A: 1\r\nX-A: 2\r\nX-B: b\r\nHost: 127.0.0.1\r\n\r\n';
      assert.equal(upstream.connections[0]?.received, expected);
    });
  });

  for (const type of ['tcp', 'grpc']) {
    it(`is checked by ${type} is sent nothing`, async () => {
      const result = await probe(
        () => {},
        { type },
        async (upstream) => {
          const connection = await waitFor('the connection', () => upstream.connections[0]);
          await connection.peerEnd();
          assert.equal(connection.received, '');
        },
      );
      assert.deepEqual(result, { kind: 'connected' });
    });
  }
});

const authority = makeCertificate({ commonName: 'authority.test', ca: true });
const names = ['up.test', '127.0.0.1'];
const CERTIFICATES = {
  good: makeCertificate({ commonName: 'up.test', names, issuer: authority }),
  'self-signed': makeCertificate({ commonName: 'up.test', names }),
  expired: makeCertificate({
    commonName: 'up.test',
    names,
    issuer: authority,
    notAfter: new Date(Date.now() - 1_000),
  }),
  'for a name alone': makeCertificate({ commonName: 'up.test', names: ['up.test'], issuer: authority }),
};
const client = makeCertificate({ commonName: 'gateway.test', issuer: authority });

interface Secure {
  readonly certificate?: keyof typeof CERTIFICATES;
  readonly active?: object;
  readonly hostname?: string;
  readonly script?: RawScript;
  readonly tls?: object;
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
}

/** What a probe of a TLS upstream shows, and the server name it said. */
async function secureProbe(given: Secure): Promise<{ result: CheckResult | undefined; servername: unknown }> {
  const { cert, key } = CERTIFICATES[given.certificate ?? 'good'];
  const upstream = await RawUpstream.start(given.script ?? answers(LINE), { cert, key, ...given.tls });
  try {
    const active = { type: 'https', timeout: PLENTY, ...given.active };
    const { clientCertificate } = given;
    const checked = { ...checkedUpstream({ active }), ...(clientCertificate && { clientCertificate }) };
    const address = { ...target(upstream.port), hostname: given.hostname ?? 'up.test' };
    const sender = new ProbeClient(authority.cert);
    const result = await sender.send(probeRequest(checked, address), new AbortController().signal);
    const socket = upstream.connections[0]?.socket;
    return { result, servername: socket instanceof TLSSocket ? socket.servername : undefined };
  } finally {
    await upstream.close();
  }
}

describe('a probe over TLS', () => {
  const strict = { https_verify_certificate: true };
  const lax = { https_verify_certificate: false };
  for (const [certificate, hostname, active, passes] of [
    ['good', 'up.test', strict, true],
    ['good', '127.0.0.1', strict, true],
    ['good', 'other.test', strict, false],
    ['good', 'other.test', { ...strict, https_sni: 'up.test' }, true],
    ['good', 'up.test', { ...strict, https_sni: 'other.test' }, false],
    ['self-signed', 'up.test', strict, false],
    ['expired', 'up.test', strict, false],
    ['for a name alone', '127.0.0.1', strict, false],
    ['self-signed', 'up.test', lax, true],
    ['expired', 'other.test', lax, true],
    ['for a name alone', '127.0.0.1', lax, true],
  ] as const) {
    it(`${passes ? 'takes' : 'refuses'} a certificate that is ${certificate}, target ${hostname}, ${JSON.stringify(active)}`, async () => {
      const { result } = await secureProbe({ certificate, hostname, active });
      assert.equal(result?.kind, passes ? 'http' : 'tcp');
    });
  }

  it('trusts no authority of a test unless told to', async () => {
    const { cert, key } = CERTIFICATES.good;
    const upstream = await RawUpstream.start(answers(LINE), { cert, key });
    const checked = checkedUpstream({ active: { type: 'https', timeout: PLENTY } });
    const request = probeRequest(checked, target(upstream.port));
    const result = await new ProbeClient().send(request, new AbortController().signal);
    await upstream.close();
    assert.equal(result?.kind, 'tcp');
  });

  it('says the name of the target, and nothing for an IP address', async () => {
    assert.equal((await secureProbe({ hostname: 'up.test' })).servername, 'up.test');
    assert.equal((await secureProbe({ hostname: '127.0.0.1' })).servername, false);
  });

  it('shows its client certificate to a server that wants one', async () => {
    const tls = { requestCert: true, rejectUnauthorized: true, ca: authority.cert, maxVersion: 'TLSv1.2' };
    assert.equal((await secureProbe({ tls })).result?.kind, 'tcp');
    assert.equal((await secureProbe({ tls, clientCertificate: client })).result?.kind, 'http');
    const broken = { cert: client.cert, key: 'no key' };
    assert.equal((await secureProbe({ tls, clientCertificate: broken })).result?.kind, 'tcp');
  });

  it('fails where the server speaks no TLS', async () => {
    const garbage: RawScript = (connection) => connection.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    assert.equal((await probe(garbage, { type: 'https' }))?.kind, 'tcp');
    assert.equal((await probe((connection) => connection.end(), { type: 'https' }))?.kind, 'tcp');
  });

  it('has its time for the handshake, too', async () => {
    assert.equal((await probe(() => {}, { type: 'https', timeout: 0.1 }))?.kind, 'timeout');
  });

  it('of grpcs is done after a handshake that offers h2', async () => {
    const active = { type: 'grpcs' };
    for (const tls of [{ ALPNProtocols: ['h2'] }, {}]) {
      assert.deepEqual((await secureProbe({ active, tls })).result, { kind: 'connected' });
    }
    const { result } = await secureProbe({ active, tls: { ALPNProtocols: ['http/1.1'] } });
    assert.equal(result?.kind, 'tcp');
    assert.equal((await secureProbe({ active, certificate: 'expired' })).result?.kind, 'tcp');
  });
});

describe('a probe that is ended', () => {
  for (const type of ['http', 'https']) {
    it(`(${type}) closes its connection and shows nothing`, async () => {
      const upstream = await RawUpstream.start(() => {});
      const controller = new AbortController();
      const checked = checkedUpstream({ active: { type, timeout: PLENTY } });
      const sent = new ProbeClient().send(probeRequest(checked, target(upstream.port)), controller.signal);
      const connection = await waitFor('the probe', () => upstream.connections[0]);
      await waitFor('its first bytes', () => connection.received !== '');
      controller.abort();
      assert.equal(await sent, undefined);
      await connection.peerEnd();
      await upstream.close();
    });
  }

  it('before it began connects to nobody', async () => {
    const signal = AbortSignal.abort();
    const request = probeRequest(checkedUpstream({}), target(1));
    assert.equal(await new ProbeClient().send(request, signal), undefined);
  });
});

describe('active checks over real sockets', () => {
  it('take targets out and bring them back, and end with the snapshot', async () => {
    let answer = 'HTTP/1.1 200 OK\r\n\r\n';
    const upstream = await RawUpstream.start(async (connection) => {
      await connection.head();
      connection.end(answer);
    });
    const silent = await RawUpstream.start(() => {});
    const registry = new HealthRegistry({ now: Date.now });
    const prober = new Prober({ registry, log: recordingLog().log });
    const healthy = { interval: 0.01, successes: 2 };
    const unhealthy = { interval: 0.01, http_failures: 2, tcp_failures: 2, timeouts: 2 };
    const active = { timeout: 0.5, healthy, unhealthy };
    const [first, second] = [target(upstream.port), target(silent.port)];
    const state = (of: typeof first) => registry.get('u.up', of);
    const hold = registry.retain(checkedUpstream({ active }), [first, second]);
    try {
      assert.equal(state(first), 'HEALTHY');
      await waitFor('the silent target to be out', () => state(second) === 'UNHEALTHY');
      assert.equal(state(first), 'HEALTHY');
      answer = 'HTTP/1.1 500 no\r\n\r\n';
      await waitFor('the failing target to be out', () => state(first) === 'UNHEALTHY');
      answer = 'HTTP/1.1 200 OK\r\n\r\n';
      await waitFor('it to be back', () => state(first) === 'HEALTHY');
      assert.ok(upstream.connections.every((connection) => connection.received.split('GET').length <= 2));
      await waitFor('a probe in flight', () => silent.connections.at(-1)?.received);
      hold.release();
      await waitFor('all connections to end', () => silent.connections.every(({ ended }) => ended));
    } finally {
      await prober.close();
      await upstream.close();
      await silent.close();
    }
  });
});
