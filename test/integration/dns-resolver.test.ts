import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { after, describe, it } from 'node:test';
import type { CachingResolver } from '#gateway/dns/caching-resolver.js';
import { lookupFunction } from '#gateway/dns/lookup-function.js';
import type { ResolvedAddress } from '#gateway/dns/resolver.js';
import { createTestResolver, resolveError, type TestResolverOptions } from '../helpers/dns.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { startNameserver, type TestNameserver, type Zone, type ZoneRecord } from '../helpers/nameserver.js';
import { waitFor } from '../helpers/wait-for.js';

const SERVFAIL = 2;

function a(address: string, ttl = 60): ZoneRecord {
  return { type: 'A', address, ttl };
}

function srv(target: string, port: number, weight: number, priority = 10): ZoneRecord {
  return { type: 'SRV', target, port, weight, priority };
}

function plain(...addresses: readonly string[]): readonly ResolvedAddress[] {
  return addresses.map((address) => ({ address, port: undefined, weight: undefined }));
}

interface Setting {
  readonly zone: Zone;
  readonly server: TestNameserver;
  readonly clock: ManualClock;
  readonly resolver: CachingResolver;
}

const open: (() => Promise<void>)[] = [];

async function set(zone: Zone, options: Omit<TestResolverOptions, 'ports' | 'clock'> = {}): Promise<Setting> {
  const server = await startNameserver(zone);
  const clock = new ManualClock();
  const resolver = createTestResolver({ ...options, ports: [server.port], clock });
  open.push(() => resolver.close(), server.close);
  return { zone, server, clock, resolver };
}

after(async () => {
  for (const close of open) await close();
});

describe('a resolver asking a nameserver', () => {
  it('finds addresses, whatever the case of the name', async () => {
    const { resolver, server } = await set({ 'app.test': [a('10.0.0.1'), a('10.0.0.2')] });
    assert.deepEqual(await resolver.resolve('App.Test'), plain('10.0.0.1', '10.0.0.2'));
    assert.deepEqual(server.asked, ['SRV app.test', 'A app.test']);
    assert.deepEqual(await resolver.resolve('app.TEST'), plain('10.0.0.1', '10.0.0.2'));
    assert.equal(server.asked.length, 2);
  });

  it('finds IPv6 addresses where the order has AAAA, and only there', async () => {
    const zone: Zone = { 'six.test': [{ type: 'AAAA', address: 'fd00::1' }] };
    const { resolver } = await set(zone, { settings: { order: ['LAST', 'SRV', 'A', 'AAAA', 'CNAME'] } });
    assert.deepEqual(await resolver.resolve('six.test'), plain('fd00::1'));
    const usual = await set(zone);
    await assert.rejects(usual.resolver.resolve('six.test'), resolveError('name_not_found', /SRV, A, CNAME/));
  });

  it('takes ports and weights from the SRV records of the lowest priority', async () => {
    const { resolver } = await set({
      '_app._tcp.test': [srv('b.test', 8002, 0), srv('a.test', 8001, 30), srv('spare.test', 8009, 1, 20)],
      'a.test': [a('10.0.0.1')],
      'b.test': [a('10.0.0.2')],
      'spare.test': [a('10.0.0.9')],
    });
    assert.deepEqual(await resolver.resolve('_app._tcp.test'), [
      { address: '10.0.0.2', port: 8002, weight: 1, name: 'b.test' },
      { address: '10.0.0.1', port: 8001, weight: 30, name: 'a.test' },
    ]);
  });

  it('follows aliases in an answer, and one that came alone', async () => {
    const { resolver, server } = await set({
      'www.test': [{ type: 'CNAME', domain: 'web.test' }],
      'web.test': [a('10.0.0.1')],
      'far.test': [{ type: 'CNAME', domain: 'later.test' }],
    });
    assert.deepEqual(await resolver.resolve('www.test'), plain('10.0.0.1'));
    assert.deepEqual(server.asked, ['SRV www.test', 'A www.test']);
    await assert.rejects(resolver.resolve('far.test'), resolveError('name_not_found'));
    assert.ok(server.asked.includes('A later.test'));
  });

  it('asks again when the lifetime has ended, serving the old addresses meanwhile', async () => {
    const { resolver, zone, clock, server } = await set({ 'app.test': [a('10.0.0.1', 5)] });
    await resolver.resolve('app.test');
    zone['app.test'] = [a('10.0.0.2', 5)];
    clock.move(4_999);
    assert.deepEqual(await resolver.resolve('app.test'), plain('10.0.0.1'));
    assert.equal(server.asked.length, 2);
    clock.move(1);
    assert.deepEqual(await resolver.resolve('app.test'), plain('10.0.0.1'));
    await waitFor('the new address', () => resolver.peek('app.test')?.[0]?.address === '10.0.0.2');
    // The type that was found the last time is asked for first.
    assert.deepEqual(server.asked.slice(2), ['A app.test']);
  });

  it('serves old addresses while the nameserver fails, until they are stale', async () => {
    const lines: string[] = [];
    const { resolver, zone, clock } = await set({ 'app.test': [a('10.0.0.1', 5)] }, { lines });
    await resolver.resolve('app.test');
    zone['app.test'] = SERVFAIL;
    clock.move(5_000);
    assert.deepEqual(resolver.peek('app.test'), plain('10.0.0.1'));
    await waitFor('the warning', () => lines.some((line) => line.includes('last addresses are used on')));
    clock.move(3_599_999);
    assert.deepEqual(resolver.peek('app.test'), plain('10.0.0.1'));
    clock.move(1);
    await assert.rejects(resolver.resolve('app.test'), resolveError('dns_server_failed', /SERVFAIL/));
    assert.equal(resolver.peek('app.test'), undefined);
  });

  it('drops old addresses when the name is gone', async () => {
    const { resolver, zone, clock } = await set({ 'app.test': [a('10.0.0.1', 5)] });
    await resolver.resolve('app.test');
    delete zone['app.test'];
    clock.move(5_000);
    await waitFor('the name to be gone', () => resolver.peek('app.test') === undefined);
    await assert.rejects(resolver.resolve('app.test'), resolveError('name_not_found'));
  });

  it('remembers for 30 s that a name does not exist, and for 1 s that the nameserver failed', async () => {
    const { resolver, server, zone, clock } = await set({ 'bad.test': SERVFAIL });
    await assert.rejects(resolver.resolve('none.test'), resolveError('name_not_found'));
    await assert.rejects(resolver.resolve('bad.test'), resolveError('dns_server_failed'));
    const asked = server.asked.length;
    clock.move(999);
    await assert.rejects(resolver.resolve('bad.test'), resolveError('dns_server_failed'));
    assert.equal(server.asked.length, asked);
    zone['bad.test'] = [a('10.0.0.1')];
    zone['none.test'] = [a('10.0.0.2')];
    clock.move(1);
    assert.deepEqual(await resolver.resolve('bad.test'), plain('10.0.0.1'));
    await assert.rejects(resolver.resolve('none.test'), resolveError('name_not_found'));
    clock.move(29_000);
    assert.deepEqual(await resolver.resolve('none.test'), plain('10.0.0.2'));
  });

  it('fetches over TCP what does not fit into a datagram', async () => {
    const records = Array.from({ length: 400 }, (_, index) => a(`10.0.${index >> 8}.${index & 255}`));
    const { resolver, server } = await set({ 'many.test': records });
    assert.equal((await resolver.resolve('many.test')).length, 400);
    assert.deepEqual(server.asked, ['SRV many.test', 'A many.test', 'A many.test tcp']);
  });

  it('asks once for all who ask at a time', async () => {
    const { resolver, server } = await set({ 'app.test': [a('10.0.0.1')] });
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('app.test')));
    assert.deepEqual(server.asked, ['SRV app.test', 'A app.test']);
  });

  it('tries short names below the domains to search, types before domains', async () => {
    const zone: Zone = { 'app.one.test': [], 'app.two.test': [a('10.0.0.1')], 'a.b': [a('10.0.0.2')] };
    const { resolver, server } = await set(zone, { resolvConf: 'search one.test two.test\noptions ndots:2' });
    assert.deepEqual(await resolver.resolve('app'), plain('10.0.0.1'));
    assert.deepEqual(server.asked, [
      'SRV app.one.test',
      'SRV app.two.test',
      'SRV app',
      'A app.one.test',
      'A app.two.test',
    ]);
    server.asked.length = 0;
    assert.deepEqual(await resolver.resolve('a.b.'), plain('10.0.0.2'));
    assert.deepEqual(server.asked, ['SRV a.b', 'A a.b']);
  });

  it('asks nobody for addresses and for names of the hosts file', async () => {
    const { resolver, server } = await set({}, { hosts: '10.1.1.1 db.test' });
    assert.deepEqual(await resolver.resolve('DB.test'), plain('10.1.1.1'));
    assert.deepEqual(await resolver.resolve('localhost'), plain('127.0.0.1'));
    assert.deepEqual(resolver.peek('192.0.2.1'), plain('192.0.2.1'));
    assert.deepEqual(resolver.peek('[fd00::1]'), plain('fd00::1'));
    await assert.rejects(resolver.resolve('1.2.3'), resolveError('name_invalid'));
    await assert.rejects(resolver.resolve('a..b'), resolveError('name_invalid'));
    assert.deepEqual(server.asked, []);
  });

  it('tells its followers of other addresses, and not of others in their order', async () => {
    const { resolver, zone, clock, server } = await set({ 'app.test': [a('10.0.0.1', 5), a('10.0.0.2', 5)] });
    const told: (readonly string[])[] = [];
    const following = resolver.follow('app.test', (addresses) =>
      told.push(addresses.map(({ address }) => address)),
    );
    await waitFor('the first addresses', () => told.length === 1);
    zone['app.test'] = [a('10.0.0.2', 5), a('10.0.0.1', 5)];
    clock.move(5_000);
    await waitFor('the next question', () => server.asked.length === 3 && clock.pending === 1);
    zone['app.test'] = [a('10.0.0.3', 5)];
    clock.move(5_000);
    await waitFor('the other address', () => told.length > 1);
    assert.deepEqual(told, [['10.0.0.1', '10.0.0.2'], ['10.0.0.3']]);
    following.stop();
    assert.equal(clock.pending, 0);
  });

  it('serves as the lookup of a socket', async () => {
    const { resolver } = await set({ 'app.test': [a('127.0.0.1')] });
    const upstream = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => upstream.close(() => resolve())));
    const address = upstream.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const lookup = lookupFunction(resolver);
    const status = await new Promise((resolve, reject) => {
      const options = { host: 'app.test', port, lookup, agent: false };
      get(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    assert.equal(status, 200);
    const failed = new Promise((_, reject) =>
      get({ host: 'none.test', port, lookup, agent: false }).on('error', reject),
    );
    await assert.rejects(failed, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'none.test' });
  });
});
