import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '#gateway/dns/answer.js';
import { CachingResolver } from '#gateway/dns/caching-resolver.js';
import { parseHosts } from '#gateway/dns/hosts.js';
import { lookupFunction } from '#gateway/dns/lookup-function.js';
import type { DnsRecord, Question } from '#gateway/dns/message.js';
import { ResolveError } from '#gateway/dns/resolve-error.js';
import { DEFAULT_DNS_SETTINGS, type DnsSettings } from '#gateway/dns-settings.js';
import { recordingLog, resolveError } from '../../helpers/dns.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const NOTHING: Answer = { records: [], additionals: [], ttl: undefined };

function answer(records: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): Answer {
  return { records, additionals, ttl: Math.min(...records.map(({ ttl }) => ttl)) };
}

function a(owner: string, address: string, ttl = 60): DnsRecord {
  return { type: 'A', owner, address, ttl };
}

function srv(target: string, weight = 5, port = 80): DnsRecord {
  return { type: 'SRV', owner: 'x', ttl: 60, priority: 1, weight, port, target };
}

/** A resolver whose nameservers know these answers, by `A name`; an error is what asking fails with. */
function setUp(answers: Record<string, Answer | Error>, changes: Partial<DnsSettings> = {}) {
  const asked: string[] = [];
  const lines: string[] = [];
  const clock = new ManualClock();
  const client = {
    ask: async ({ type, name }: Question): Promise<Answer> => {
      asked.push(`${type} ${name}`);
      const known = answers[`${type} ${name}`] ?? NOTHING;
      if (known instanceof Error) throw known;
      return known;
    },
    close: () => undefined,
  };
  const resolver = new CachingResolver({
    settings: { ...DEFAULT_DNS_SETTINGS, ...changes },
    search: { search: [], ndots: 1 },
    hosts: parseHosts('10.9.9.9 listed.test'),
    client,
    clock,
    log: recordingLog(lines),
  });
  const addresses = async (name: string) => (await resolver.resolve(name)).map(({ address }) => address);
  return { answers, asked, lines, clock, resolver, addresses };
}

/** Lets the promises that are settled have their way. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const failed = new ResolveError('dns_timeout', 'app.test', 'no reply');

describe('CachingResolver', () => {
  it('asks by LAST only where the order has it', async () => {
    const { addresses, asked, clock } = setUp(
      { 'A app.test': answer([a('app.test', '10.0.0.1', 60)]) },
      { order: ['SRV', 'A'] },
    );
    await addresses('app.test');
    clock.move(60_000);
    await addresses('app.test');
    await settled();
    assert.deepEqual(asked, ['SRV app.test', 'A app.test', 'SRV app.test', 'A app.test']);
  });

  it('takes the addresses of SRV targets from the answer, the hosts file and further questions', async () => {
    const targets = [
      srv('glued.test'),
      srv('listed.test', 6),
      srv('asked.test', 7, 0),
      srv('192.0.2.1'),
      srv(''),
    ];
    const { resolver, asked } = setUp({
      'SRV x': answer(targets, [a('glued.test', '10.0.0.1'), a('unasked.test', '10.6.6.6')]),
      'A asked.test': answer([a('asked.test', '10.0.0.2'), a('asked.test', '10.0.0.3')]),
    });
    assert.deepEqual(await resolver.resolve('x'), [
      { address: '10.0.0.1', port: 80, weight: 5, name: 'glued.test' },
      { address: '10.9.9.9', port: 80, weight: 6, name: 'listed.test' },
      { address: '10.0.0.2', port: undefined, weight: 7, name: 'asked.test' },
      { address: '10.0.0.3', port: undefined, weight: 7, name: 'asked.test' },
      { address: '192.0.2.1', port: 80, weight: 5, name: '192.0.2.1' },
    ]);
    assert.deepEqual(asked, ['SRV x', 'A asked.test']);
  });

  it('goes on to the addresses of a name whose SRV records point to itself', async () => {
    const { resolver } = setUp({ 'SRV x': answer([srv('x')]), 'A x': answer([a('x', '10.0.0.1')]) });
    assert.deepEqual(await resolver.resolve('x'), [
      { address: '10.0.0.1', port: undefined, weight: undefined },
    ]);
  });

  it('leaves out a target that cannot be resolved, and soon asks for it again', async () => {
    const { addresses, answers, clock } = setUp({
      'SRV x': answer([srv('one.test'), srv('two.test')]),
      'A one.test': answer([a('one.test', '10.0.0.1')]),
      'A two.test': failed,
    });
    assert.deepEqual(await addresses('x'), ['10.0.0.1']);
    answers['A two.test'] = answer([a('two.test', '10.0.0.2')]);
    clock.move(1_000);
    await addresses('x');
    await settled();
    assert.deepEqual(await addresses('x'), ['10.0.0.1', '10.0.0.2']);
  });

  it('stops at aliases that lead in a circle', async () => {
    const alias = (target: string): Answer => answer([{ type: 'CNAME', owner: 'x', ttl: 60, target }]);
    const { resolver, asked } = setUp({ 'CNAME a.test': alias('b.test'), 'CNAME b.test': alias('a.test') });
    await assert.rejects(resolver.resolve('a.test'), resolveError('dns_server_failed', /lead nowhere/));
    assert.equal(asked.length, 6);
  });

  it('goes on after a nameserver that cannot tell, and holds it against the name only in vain', async () => {
    const refused = new ResolveError('dns_server_failed', 'app.test', 'REFUSED');
    const { addresses, answers, clock, resolver } = setUp({
      'SRV app.test': refused,
      'A app.test': answer([a('app.test', '10.0.0.1')]),
    });
    assert.deepEqual(await addresses('app.test'), ['10.0.0.1']);
    await assert.rejects(resolver.resolve('none.test'), resolveError('name_not_found'));
    answers['SRV none.test'] = refused;
    clock.move(30_000);
    await assert.rejects(resolver.resolve('none.test'), resolveError('dns_server_failed', /REFUSED/));
  });

  it('uses records for at least a second, or as long as dns_valid_ttl says', async () => {
    const zone = { 'A app.test': answer([a('app.test', '10.0.0.1', 0)]) };
    const usual = setUp(zone, { order: ['A'] });
    await usual.addresses('app.test');
    usual.clock.move(999);
    await usual.addresses('app.test');
    assert.equal(usual.asked.length, 1);
    usual.clock.move(1);
    await usual.addresses('app.test');
    assert.equal(usual.asked.length, 2);
    const fixed = setUp(zone, { order: ['A'], validTtl: 90_000 });
    await fixed.addresses('app.test');
    fixed.clock.move(89_999);
    await fixed.addresses('app.test');
    assert.equal(fixed.asked.length, 1);
  });

  it('keeps no more names than it may', async () => {
    const zone = { 'A a': answer([a('a', '10.0.0.1')]), 'A b': answer([a('b', '10.0.0.1')]) };
    const { addresses, asked } = setUp(zone, { order: ['A'], cacheSize: 1 });
    for (const name of ['a', 'a', 'b', 'b', 'a']) await addresses(name);
    assert.deepEqual(asked, ['A a', 'A b', 'A a']);
  });

  it('looks a name up once for all who ask at a time, and tells once that it failed', async () => {
    const { addresses, asked, lines } = setUp({ 'A app.test': failed }, { order: ['A'] });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => addresses('app.test')));
    assert.ok(outcomes.every(({ status }) => status === 'rejected'));
    assert.deepEqual([asked.length, lines.length], [1, 1]);
  });

  it('peeks without waiting, and has the name looked up', async () => {
    const { resolver, asked } = setUp({ 'A app.test': answer([a('app.test', '10.0.0.1')]) });
    assert.equal(resolver.peek('app.test'), undefined);
    await settled();
    assert.equal(resolver.peek('app.test')?.length, 1);
    assert.equal(resolver.peek('none.test'), undefined);
    await settled();
    const before = asked.length;
    assert.equal(resolver.peek('none.test'), undefined);
    await settled();
    assert.equal(asked.length, before);
  });

  it('tells followers of failure and recovery, and looks less and less often', async () => {
    const { resolver, answers, clock, asked, lines } = setUp({ 'A app.test': failed }, { order: ['A'] });
    const told: (number | string | undefined)[] = [];
    resolver.follow('app.test', (addresses, error) => told.push(addresses.length, error?.code));
    assert.deepEqual(told, []);
    await settled();
    assert.deepEqual(told, [0, 'dns_timeout']);
    for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const before = asked.length;
      clock.move(wait - 1);
      await settled();
      assert.equal(asked.length, before);
      clock.move(1);
      await settled();
      assert.equal(asked.length, before + 1);
    }
    answers['A app.test'] = answer([a('app.test', '10.0.0.1')]);
    clock.move(30_000);
    await settled();
    assert.deepEqual(told, [0, 'dns_timeout', 1, undefined]);
    assert.equal(lines.length, 2);
  });

  it('tells each follower apart, at once what is known, and nothing after the end', async () => {
    const { resolver, addresses, answers, clock } = setUp({
      'A app.test': answer([a('app.test', '10.0.0.1')]),
    });
    await addresses('app.test');
    const told: string[] = [];
    const first = resolver.follow('app.test', () => told.push('first'));
    const second = resolver.follow('App.test', () => told.push('second'));
    resolver.follow('app.test', () => told.push('never')).stop();
    assert.deepEqual(told, []);
    await settled();
    assert.deepEqual(told, ['first', 'second']);
    first.stop();
    answers['A app.test'] = answer([a('app.test', '10.0.0.2')]);
    clock.move(60_000);
    await settled();
    assert.deepEqual(told, ['first', 'second', 'second']);
    second.stop();
    assert.equal(clock.pending, 0);
  });

  it('follows nothing after it was closed, and still knows what it knew', async () => {
    const { resolver, addresses, clock, asked } = setUp({
      'A app.test': answer([a('app.test', '10.0.0.1')]),
    });
    await addresses('app.test');
    resolver.follow('app.test', () => assert.fail('told after the end'));
    await resolver.close();
    await resolver.close();
    assert.equal(clock.pending, 0);
    const before = asked.length;
    clock.move(60_000);
    assert.equal(resolver.peek('app.test')?.length, 1);
    await settled();
    assert.equal(asked.length, before);
  });
});

describe('lookupFunction', () => {
  const zone = { 'A app.test': answer([a('app.test', '10.0.0.1'), a('app.test', '10.0.0.2')]) };

  it('begins with another address each time', async () => {
    const lookup = lookupFunction(setUp(zone).resolver);
    const all = () =>
      new Promise((resolve, reject) =>
        lookup('app.test', { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses))),
      );
    const [one, two] = [
      { address: '10.0.0.1', family: 4 },
      { address: '10.0.0.2', family: 4 },
    ];
    assert.deepEqual(
      [await all(), await all(), await all()],
      [
        [one, two],
        [two, one],
        [one, two],
      ],
    );
  });

  it('fails as the system does', async () => {
    const { resolver } = setUp({ ...zone, 'A slow.test': failed });
    const lookup = lookupFunction(resolver);
    const code = (name: string, family: number) =>
      new Promise((resolve) => lookup(name, { family }, (error, address) => resolve(error?.code ?? address)));
    assert.equal(await code('app.test', 4), '10.0.0.1');
    assert.equal(await code('app.test', 6), 'ENOTFOUND');
    assert.equal(await code('none.test', 0), 'ENOTFOUND');
    assert.equal(await code('slow.test', 0), 'EAI_AGAIN');
  });
});
