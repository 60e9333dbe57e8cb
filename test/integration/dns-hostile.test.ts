import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';
import type { CachingResolver } from '#gateway/dns/caching-resolver.js';
import { createTestResolver, resolveError, type TestResolverOptions } from '../helpers/dns.js';
import {
  type Misbehaviour,
  startHostileNameserver,
  startNameserver,
  type TestNameserver,
  type Zone,
} from '../helpers/nameserver.js';
import { waitFor } from '../helpers/wait-for.js';

/** Only the tests of silence wait for it to pass, in milliseconds. */
const SHORT = 300;

const open: (() => Promise<void>)[] = [];

after(async () => {
  for (const close of open) await close();
});

async function hostile(how: Misbehaviour): Promise<TestNameserver> {
  const server = await startHostileNameserver(how);
  open.push(server.close);
  return server;
}

async function honest(zone: Zone): Promise<TestNameserver> {
  const server = await startNameserver(zone);
  open.push(server.close);
  return server;
}

function resolverFor(
  servers: readonly TestNameserver[],
  options: Omit<TestResolverOptions, 'ports'> = {},
): CachingResolver {
  const settings = { order: ['A'] as const };
  const resolver = createTestResolver({ settings, ...options, ports: servers.map(({ port }) => port) });
  open.push(() => resolver.close());
  return resolver;
}

function reply(
  query: Buffer,
  changes: { readonly id?: number; readonly name?: string; readonly flags?: number },
  addresses: readonly string[] = ['10.0.0.1'],
): Buffer {
  const { id = 0, questions = [] } = decode(query);
  const name = changes.name ?? questions[0]?.name ?? '';
  const answers = addresses.map((data): Answer => ({ type: 'A', name, ttl: 60, data }));
  return encode({
    type: 'response',
    id: changes.id ?? id,
    flags: changes.flags ?? AUTHORITATIVE_ANSWER,
    questions: questions.map((question) => ({ ...question, name })),
    answers,
  });
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** A reply of so many A records, all by a pointer to the question's name, that says it has `claimed`. */
function hugeReply(query: Buffer, records: number, claimed: number): Buffer {
  const head = reply(query, {}, []);
  head.writeUInt16BE(claimed, 6);
  const bodies = Array.from({ length: records }, (_, index) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, index >> 8, index & 255]),
  );
  return Buffer.concat([head, ...bodies]);
}

const truncated = (query: Buffer): readonly Buffer[] => [reply(query, { flags: TRUNCATED_RESPONSE })];

describe('a resolver asking a nameserver that misbehaves', () => {
  it('passes over replies with another id or question, and takes the one that follows', async () => {
    const server = await hostile({
      udp: (query) => {
        const id = query.readUInt16BE(0);
        return [
          reply(query, { id: id ^ 1 }, ['10.6.6.6']),
          reply(query, { name: 'other.test' }, ['10.6.6.6']),
          query,
          Buffer.from('x'),
          reply(query, { name: 'APP.test' }),
        ];
      },
    });
    const [found] = await resolverFor([server]).resolve('app.test');
    // The answer's owner is spelled as the server likes, too.
    assert.equal(found?.address, '10.0.0.1');
  });

  it('gives up when only such replies come', async () => {
    const server = await hostile({ udp: (query) => [reply(query, { id: query.readUInt16BE(0) ^ 1 })] });
    const resolver = resolverFor([server], { timeout: SHORT });
    await assert.rejects(resolver.resolve('app.test'), resolveError('dns_timeout', /no reply within 300 ms/));
    assert.deepEqual(server.asked, ['udp', 'udp']);
  });

  it('goes on to the next nameserver after silence, refusal, failure and garbage', async () => {
    const silent = await honest({ 'app.test': 'silent' });
    const refusing = await honest({ 'app.test': 5 });
    const garbled = await hostile({
      udp: (query) => [Buffer.concat([reply(query, {}), query]).subarray(0, 40)],
    });
    const closed = await honest({});
    await closed.close();
    open.splice(open.indexOf(closed.close), 1);
    const good = await honest({ 'app.test': [{ type: 'A', address: '10.0.0.9' }] });
    const resolver = resolverFor([silent, refusing, garbled, closed, good], { timeout: 1_000 });
    assert.deepEqual(await resolver.resolve('app.test'), [
      { address: '10.0.0.9', port: undefined, weight: undefined },
    ]);
    assert.deepEqual(refusing.asked, ['A app.test']);
  });

  it('says what was wrong with each', async () => {
    const garbled = await hostile({
      udp: (query) => [Buffer.concat([query.subarray(0, 2), Buffer.alloc(30, 0xff)])],
    });
    // Those bytes say that the reply is truncated.
    await assert.rejects(
      resolverFor([garbled]).resolve('app.test'),
      resolveError('dns_unreachable', /ended before/),
    );
    const cut = await hostile({ udp: (query) => [reply(query, {}).subarray(0, -3)] });
    await assert.rejects(
      resolverFor([cut]).resolve('app.test'),
      resolveError('dns_malformed', /cannot be read/),
    );
    const refusing = await honest({ 'app.test': 5 });
    await assert.rejects(
      resolverFor([refusing]).resolve('app.test'),
      resolveError('dns_server_failed', new RegExp(`127.0.0.1:${refusing.port}.*A app.test: REFUSED`)),
    );
    // It is not asked again what it has refused.
    assert.deepEqual(refusing.asked, ['A app.test']);
  });

  it('does not take a type for another when nobody says whether the first exists', async () => {
    const zone: Zone = { 'app.test': [{ type: 'A', address: '10.0.0.1' }] };
    const server = await honest(zone);
    const deaf = await hostile({
      udp: (query) => (decode(query).questions?.[0]?.type === 'SRV' ? [] : [reply(query, {})]),
    });
    const settings = { order: ['SRV', 'A'] as const };
    const resolver = resolverFor([deaf], { settings, timeout: SHORT });
    await assert.rejects(resolver.resolve('app.test'), resolveError('dns_timeout'));
    assert.equal((await resolverFor([server], { settings }).resolve('app.test')).length, 1);
  });

  it('keeps the first 1,000 of 4,000 addresses', async () => {
    const server = await hostile({
      udp: truncated,
      tcp: (query) => withLength(hugeReply(query, 4_000, 4_000)),
    });
    const addresses = await resolverFor([server]).resolve('app.test');
    assert.equal(addresses.length, 1_000);
    assert.equal(addresses[999]?.address, '10.1.3.231');
  });

  it('refuses a reply that says it has 10,000 records and has 4,000', async () => {
    const server = await hostile({
      udp: truncated,
      tcp: (query) => withLength(hugeReply(query, 4_000, 10_000)),
    });
    await assert.rejects(resolverFor([server]).resolve('app.test'), resolveError('dns_malformed'));
  });

  it('refuses what comes over TCP cut short, truncated again, or to another query', async () => {
    const cases: readonly [Misbehaviour['tcp'], Parameters<typeof resolveError>[0]][] = [
      [(query) => withLength(reply(query, {})).subarray(0, -1), 'dns_unreachable'],
      [(query) => withLength(reply(query, { flags: TRUNCATED_RESPONSE })), 'dns_malformed'],
      [(query) => withLength(reply(query, { id: query.readUInt16BE(0) ^ 1 })), 'dns_malformed'],
      [() => withLength(Buffer.alloc(0)), 'dns_malformed'],
    ];
    for (const [tcp, code] of cases) {
      const server = await hostile(tcp === undefined ? { udp: truncated } : { udp: truncated, tcp });
      await assert.rejects(resolverFor([server]).resolve('app.test'), resolveError(code));
    }
  });

  it('survives a thousand random replies', async () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 0x7f_ff_ff_ff;
      return seed;
    };
    const server = await hostile({
      udp: (query) => {
        const bytes = reply(query, {}, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
        // The truncation bit stays clear, so that each of them is read.
        for (let change = 0; change < 6; change += 1)
          bytes[4 + (random() % (bytes.length - 4))] = random() & 255;
        return [bytes, reply(query, {})];
      },
    });
    const resolver = resolverFor([server]);
    const names = Array.from({ length: 1_000 }, (_, index) => `app${index}.test`);
    const outcomes = await Promise.allSettled(names.map((name) => resolver.resolve(name)));
    assert.equal(outcomes.length, 1_000);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(typeof outcome.reason.code, 'string');
      else assert.ok(outcome.value.length > 0);
    }
  });

  it('ends what is under way when it is closed', async () => {
    const server = await honest({ 'app.test': 'silent' });
    const resolver = resolverFor([server], { timeout: 60_000 });
    const refused = assert.rejects(resolver.resolve('app.test'), resolveError('resolver_closed'));
    await waitFor('the question', () => server.asked.length === 1);
    await resolver.close();
    await refused;
    await assert.rejects(resolver.resolve('other.test'), resolveError('resolver_closed'));
  });
});
