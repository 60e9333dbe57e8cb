/** Replays what a Kong 3.9.3 without a database answered (test/fixtures/conformance/admin-api.json). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fixture } from '../helpers/root.js';
import { type Difference, DELIBERATE as differences } from './admin-differences.js';
import { type RunningAdmin, startAdmin } from './admin-server.js';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly content_type: string | null;
  readonly allow?: string;
  readonly answer: unknown;
}

interface Recording {
  readonly config: Readonly<Record<string, unknown>>;
  readonly exchanges: readonly Exchange[];
}

/** Drawn at random or from the clock. */
const VOLATILE: ReadonlySet<string> = new Set(['created_at', 'updated_at', 'offset', 'node_id']);

const recording: Recording = JSON.parse(readFileSync(fixture('conformance', 'admin-api.json'), 'utf8'));

function differenceAt(path: string): Difference | undefined {
  return differences.find(({ path: where }) =>
    where.endsWith('*') ? path.startsWith(where.slice(0, -1)) : where === path,
  );
}

/** Kong lists some kinds, and the names of plugins, in no order. Lists of values are a matter of the entity. */
function byIdOrName(a: unknown, b: unknown): number {
  const [one, two] = [a, b].map((item) =>
    typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : '',
  );
  return one === two ? 0 : String(one) < String(two) ? -1 : 1;
}

/** The answer without what no two nodes have in common. Offsets differ, that there is a next page does not. */
function comparable(value: unknown, ignore: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, ignore)).sort(byIdOrName);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !VOLATILE.has(name) && !ignore.includes(name));
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      name === 'next' && typeof member === 'string'
        ? member.replace(/offset=[^&]*/, 'offset=…')
        : name === 'enabled_plugins' && Array.isArray(member)
          ? member.toSorted()
          : comparable(member, ignore),
    ]),
  );
}

describe('Admin API, as recorded from Kong', () => {
  let admin: RunningAdmin;
  /** Our offsets by the recorded ones, learned from the pages before. */
  const offsets = new Map<string, string>();

  before(async () => {
    admin = await startAdmin(JSON.stringify(recording.config), { showSecrets: true });
  });
  after(() => admin.close());

  async function replay(
    exchange: Exchange,
  ): Promise<{ readonly response: Response; readonly answer: unknown }> {
    const path = exchange.path.replace(/offset=([^&]+)/, (whole, theirs: string) =>
      offsets.has(theirs) ? `offset=${offsets.get(theirs)}` : whole,
    );
    const body = exchange.body === undefined ? null : JSON.stringify(exchange.body);
    const headers: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${admin.url}${path}`, { method: exchange.method, headers, body });
    const text = await response.text();
    const answer: unknown = text === '' ? '' : JSON.parse(text);
    learn(exchange.answer, answer);
    return { response, answer };
  }

  function learn(theirs: unknown, ours: unknown): void {
    const [from, to] = [theirs, ours].map((answer) =>
      typeof answer === 'object' && answer !== null && 'offset' in answer ? answer.offset : undefined,
    );
    if (typeof from === 'string' && typeof to === 'string') offsets.set(from, to);
  }

  for (const exchange of recording.exchanges) {
    const difference = differenceAt(exchange.path);
    const how = difference === undefined ? 'as Kong' : `otherwise (${difference.why})`;
    it(`${exchange.method} ${exchange.path.slice(0, 60)} answers ${how}`, async () => {
      const { response, answer } = await replay(exchange);
      assert.equal(response.status, difference?.status ?? exchange.status);
      assert.equal(response.headers.get('content-type'), exchange.content_type);
      if (exchange.status === 204) assert.equal(response.headers.get('allow'), exchange.allow ?? null);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
      const expected = difference?.answer ?? exchange.answer;
      assert.deepEqual(comparable(answer, difference?.ignore), comparable(expected, difference?.ignore));
    });
  }

  it('keeps no difference that no recording needs', () => {
    for (const difference of differences) {
      assert.ok(
        recording.exchanges.some(({ path }) => differenceAt(path) === difference),
        difference.path,
      );
    }
  });
});
