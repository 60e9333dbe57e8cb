/** How the Admin API behaves as an HTTP server: framing, limits, bad clients, its end. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { ListenError } from '#gateway/errors.js';
import { PRODUCT_TOKEN } from '#gateway/version.js';
import { type RunningAdmin, startAdmin } from './admin-server.js';

const CONFIG = `
_format_version: "3.0"
services:
- name: users
  url: http://127.0.0.1:9
  tags: [blue, eu]
  routes:
  - { name: users-r, paths: [/users], tags: [blue] }
- { name: orders, url: "http://127.0.0.1:9", tags: [eu], created_at: 1600000000 }
`;

/** Sends bytes on a connection of its own and gives back all that comes until the server ends it. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

function names(list: { readonly data: readonly { readonly name: string }[] }): readonly string[] {
  return list.data.map(({ name }) => name).sort();
}

describe('Admin API over HTTP', () => {
  let admin: RunningAdmin;

  before(async () => {
    admin = await startAdmin(CONFIG, { allowedHosts: ['admin.example.com'] });
  });
  after(() => admin.close());

  async function json<T>(path: string): Promise<T> {
    return (await fetch(admin.url + path)).json() as Promise<T>;
  }

  it('says its name, its length and how long it took', async () => {
    const response = await fetch(`${admin.url}/services`);
    const text = await response.text();
    assert.equal(response.headers.get('server'), PRODUCT_TOKEN);
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
    assert.match(response.headers.get('x-kong-admin-latency') ?? '', /^\d+$/);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const request = 'HEAD /config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const [head = '', body] = (await exchange(admin.port, request)).split('\r\n\r\n');
    const whole = await (await fetch(`${admin.url}/config`)).text();
    assert.match(head, /^HTTP\/1\.1 200 /);
    assert.match(head, new RegExp(`content-length: ${Buffer.byteLength(whole)}(\\r|$)`, 'i'));
    assert.equal(body, '');
  });

  it('answers OPTIONS without a body or its length', async () => {
    const request = 'OPTIONS /services HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const answer = await exchange(admin.port, request);
    assert.match(answer, /^HTTP\/1\.1 204 /);
    assert.doesNotMatch(answer, /content-(type|length)|transfer-encoding/i);
  });

  it('shows the file as it was loaded', async () => {
    assert.deepEqual(await json('/config'), { config: CONFIG });
  });

  it('filters by tags, all of them or any', async () => {
    assert.deepEqual(names(await json('/services?tags=blue')), ['users']);
    assert.deepEqual(names(await json('/services?tags=blue,eu')), ['users']);
    assert.deepEqual(names(await json('/services?tags=blue/eu')), ['orders', 'users']);
    assert.deepEqual(names(await json('/services?tags=none')), []);
    assert.equal((await fetch(`${admin.url}/services?tags=a,b/c`)).status, 400);
  });

  it('keeps the dates of the file and fills in the others', async () => {
    const { created_at, updated_at } = await json<Record<string, number>>('/services/orders');
    assert.equal(created_at, 1_600_000_000);
    assert.equal(updated_at, Math.floor(admin.store.current.builtAt / 1000));
  });

  it('lists tags with the entities that carry them', async () => {
    const { data } = await json<{ data: { entity_name: string; tag: string }[] }>('/tags');
    const found = data.map(({ entity_name, tag }) => `${entity_name} ${tag}`);
    assert.deepEqual(found, ['routes blue', ...found.slice(1)]);
    assert.deepEqual(found.slice(1).sort(), ['services blue', 'services eu', 'services eu']);
  });

  it('follows a swap at once', async () => {
    const text = '_format_version: "3.0"\nservices:\n- { name: later, url: "http://127.0.0.1:9" }\n';
    admin.swap(text);
    try {
      assert.deepEqual(names(await json('/services')), ['later']);
      assert.equal((await fetch(`${admin.url}/services/users`)).status, 404);
      const status = await json<{ configuration_hash: string }>('/status');
      assert.equal(status.configuration_hash, admin.store.current.config.hash);
    } finally {
      admin.swap(CONFIG);
    }
  });

  it('checks entities with the rules of the schemas', async () => {
    const check = async (entity: string, fields: object) => {
      const body = JSON.stringify(fields);
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${admin.url}/schemas/${entity}/validate`, {
        method: 'POST',
        headers,
        body,
      });
      return { status: response.status, body: (await response.json()) as { fields?: object } };
    };
    assert.equal((await check('services', { url: 'http://h/p' })).status, 200);
    assert.equal((await check('routes', { paths: ['/x'] })).status, 200);
    const refused = await check('services', { host: 'h', retries: -1, nope: 1 });
    assert.equal(refused.status, 400);
    assert.deepEqual(Object.keys(refused.body.fields ?? {}).sort(), ['nope', 'retries']);
  });

  it('describes its entities as Kong does', async () => {
    type Field = Record<string, unknown>;
    const { fields } = await json<{ fields: Record<string, Field>[] }>('/schemas/routes');
    const all: Record<string, Field> = Object.assign({}, ...fields);
    assert.deepEqual(all['service'], { type: 'foreign', reference: 'services' });
    assert.deepEqual(all['https_redirect_status_code']?.['one_of'], [426, 301, 302, 307, 308]);
    assert.deepEqual(all['protocols']?.['default'], ['http', 'https']);
    assert.equal(all['hosts']?.['type'], 'array');
    assert.equal(all['headers']?.['type'], 'map');
    assert.equal(all['strip_path']?.['default'], true);
    assert.equal(all['_comment'], undefined);
    const service = await json<{ fields: Record<string, Field>[] }>('/schemas/services');
    const own: Record<string, Field> = Object.assign({}, ...service.fields);
    assert.deepEqual(own['retries']?.['between'], [0, 32767]);
    assert.equal(own['host']?.['required'], true);
    assert.equal(own['routes'], undefined);
    const known = new Set(Object.keys(await json<object>('/services/users')));
    assert.deepEqual(
      Object.keys(own).filter((name) => !known.has(name)),
      [],
    );
  });

  it('refuses bodies over 1 MiB, announced or not', async () => {
    const size = 1024 * 1024 + 1;
    const headers = 'POST /services HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const announced = await exchange(admin.port, `${headers}Content-Length: ${size}\r\n\r\n`);
    assert.match(announced, /^HTTP\/1\.1 413 /);
    const chunked = `${headers}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`;
    assert.match(await exchange(admin.port, chunked), /^HTTP\/1\.1 413 /);
  });

  it('answers what is not HTTP with a 400 and goes on', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n',
    ]) {
      assert.match(await exchange(admin.port, bytes), /^HTTP\/1\.1 400 /, bytes);
    }
    const huge = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    assert.match(await exchange(admin.port, huge), /^HTTP\/1\.1 431 /);
    assert.equal((await fetch(`${admin.url}/status`)).status, 200);
    assert.deepEqual(admin.errors, []);
  });

  it('refuses a public name as Host, since it listens on loopback', async () => {
    const ask = (host: string) =>
      exchange(admin.port, `GET /status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(await ask('rebound.attacker.example:8001'), /^HTTP\/1\.1 403 /);
    for (const host of ['localhost:8001', '127.0.0.1', 'kong', 'admin.example.com']) {
      assert.match(await ask(host), /^HTTP\/1\.1 200 /, host);
    }
  });

  it('says what to do about a taken port', async () => {
    const taken = admin.server.listen({ host: '127.0.0.1', port: admin.port });
    await assert.rejects(taken, (error) => {
      assert.ok(error instanceof ListenError);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${admin.port}.*--admin-listen`));
      return true;
    });
    assert.equal((await fetch(`${admin.url}/status`)).status, 200);
  });

  it('listens on several addresses', async () => {
    const second = await admin.server.listen({ host: '127.0.0.1', port: 0 });
    assert.notEqual(second.port, admin.port);
    assert.equal((await fetch(`http://127.0.0.1:${second.port}/status`)).status, 200);
  });
});

describe('the end of the Admin API', () => {
  it('closes idle connections and can be asked twice', async () => {
    const admin = await startAdmin(CONFIG);
    await (await fetch(`${admin.url}/status`)).text();
    await Promise.all([admin.close(), admin.close()]);
    await assert.rejects(fetch(`${admin.url}/status`));
    await assert.rejects(admin.server.listen({ host: '127.0.0.1', port: 0 }), ListenError);
  });

  it('does not wait long for a client that never sends its body', { timeout: 10_000 }, async () => {
    const admin = await startAdmin(CONFIG);
    const head = 'POST /services HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n';
    const cut = exchange(admin.port, head).catch(() => '');
    await (await fetch(`${admin.url}/status`)).text();
    await admin.close();
    assert.equal(await cut, '');
  });
});
