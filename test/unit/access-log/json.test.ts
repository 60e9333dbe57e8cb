import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonFormat } from '#gateway/access-log/json.js';
import { accessEntry, UNREADABLE } from '../../helpers/access-entry.js';

interface Line {
  readonly time: number;
  readonly method: string;
  readonly host: string | null;
  readonly path: string;
  readonly upstream: string | null;
  readonly upstream_latency: number | null;
  readonly route_id: string | null;
  readonly route_name: string | null;
  readonly service_id: string | null;
  readonly service_name: string | null;
  readonly user_agent: string | null;
  readonly referer: string | null;
}

function parse(line: string): Line {
  assert.match(line, /^[ -~]*\n$/);
  return JSON.parse(line) as Line;
}

/** The bytes of a text as a request's head holds them. */
function asSent(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

describe('jsonFormat', () => {
  it('writes every field of a proxied request', () => {
    assert.deepEqual(parse(jsonFormat()(accessEntry({ remoteUser: 'ann' }))), {
      time: Date.UTC(2026, 10, 23, 17, 48, 5, 7),
      request_id: '0f3c5a7b9d1e2f4a6b8c0d1e2f3a4b5c',
      client_address: '192.0.2.7',
      remote_user: 'ann',
      method: 'GET',
      host: 'api.test:8000',
      path: '/users/7?full=1',
      http_version: '1.1',
      status: 200,
      body_bytes_sent: 312,
      request_time: 12,
      upstream_latency: 9,
      upstream: '10.0.0.1:8080',
      route_id: '8b9c1f6e-0a53-5c3e-9d51-3d5a9d3e1c11',
      route_name: 'users',
      service_id: '8b9c1f6e-0a53-5c3e-9d51-3d5a9d3e1c12',
      service_name: 'users-service',
      user_agent: 'curl/8.5.0',
      referer: 'https://shop.test/',
    });
  });

  it('writes null for what is absent, so that every line has the same fields', () => {
    const format = jsonFormat();
    const whole = parse(format(accessEntry()));
    const bare = parse(format(accessEntry(UNREADABLE)));
    assert.deepEqual(Object.keys(bare), Object.keys(whole));
    assert.equal(bare.method, '');
    for (const field of [
      'host',
      'upstream',
      'upstream_latency',
      'route_id',
      'service_name',
      'referer',
    ] as const) {
      assert.equal(bare[field], null, field);
    }
  });

  it('follows the time within a second and over its end', () => {
    const format = jsonFormat();
    const start = Date.UTC(2026, 0, 1);
    for (const at of [start, start + 1, start + 999, start + 1000, start - 1]) {
      assert.equal(parse(format(accessEntry({ at }))).time, at);
    }
  });

  it('names what a reload has renamed', () => {
    const format = jsonFormat();
    for (const change of [{ routeName: 'b' }, { serviceName: 'c' }, { serviceId: undefined }]) {
      format(accessEntry());
      const entry = accessEntry(change);
      const line = parse(format(entry));
      assert.equal(line.route_name, entry.routeName);
      assert.equal(line.service_name, entry.serviceName);
      assert.equal(line.service_id, entry.serviceId ?? null);
    }
  });

  it('keeps any number of routes apart', () => {
    const format = jsonFormat();
    for (const round of [1, 2]) {
      for (let index = 0; index < 3000; index++) {
        const name = `${round}-${index}`;
        const line = format(accessEntry({ routeId: String(index), routeName: name }));
        assert.equal(parse(line).route_name, name);
      }
    }
  });

  it('reads UTF-8 of a client as text, other bytes as Latin-1, and writes ASCII', () => {
    const line = parse(
      jsonFormat()(
        accessEntry({
          userAgent: asSent('Zoë 🚀'),
          referer: 'caf\xe9',
          target: '/"\\\n\x7f',
          routeName: 'größe',
        }),
      ),
    );
    assert.equal(line.user_agent, 'Zoë 🚀');
    assert.equal(line.referer, 'café');
    assert.equal(line.path, '/"\\\n\x7f');
    assert.equal(line.route_name, 'größe');
  });
});
