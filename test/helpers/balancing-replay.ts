import { buildRoutingTable } from '#gateway/admin/endpoints.js';
import { EntityIndex } from '#gateway/admin/entity-index.js';
import { ENTITY_KINDS } from '#gateway/admin/entity-kinds.js';
import type { UpstreamsHealth } from '#gateway/metrics/upstream-health.js';
import { sampleRequest, sampleView } from '../unit/admin/sample.js';
import type { SentRequest } from './fake-transport.js';
import { loadObject } from './proxy.js';

/** Drawn at random or from the clock. */
const VOLATILE: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at', 'offset', 'node_id']);
const table = buildRoutingTable(ENTITY_KINDS);

/** What the Admin API answers for a config that serves. */
export function askAdmin(
  method: string,
  path: string,
  config: object,
  health: UpstreamsHealth,
): { readonly status: number; readonly body: unknown } {
  const snapshot = { config: loadObject(config), version: 1, builtAt: 0 };
  const view = sampleView({ snapshot, entities: new EntityIndex(snapshot), health });
  const { status, body } = table.answer(sampleRequest(method, path), view);
  return { status, body: JSON.parse(JSON.stringify(body ?? null)) };
}

/** An answer of the Admin API without what differs from node to node, and its lists in one order. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.every((item) => typeof item !== 'object')
      ? items
      : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !VOLATILE.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, comparable(member)]));
}

/** How many requests went to each port. */
export function countByPort(sent: readonly SentRequest[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { origin } of sent) counts[origin.port] = (counts[origin.port] ?? 0) + 1;
  return counts;
}

/** After how many picks a sequence begins anew; null where it does not within its first half. */
export function periodOf(sequence: readonly number[]): number | null {
  for (let period = 1; period <= sequence.length / 2; period += 1)
    if (sequence.every((port, index) => index < period || sequence[index - period] === port)) return period;
  return null;
}

/** How far, at most, any 100 picks in a row are from the exact shares, in whole picks. */
export function worstShare(
  sequence: readonly number[],
  targets: readonly { readonly target: string; readonly weight?: number }[],
): number {
  const weights = targets.map(({ target, weight = 100 }) => [Number(target.split(':')[1]), weight] as const);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let worst = 0;
  for (let start = 0; start + 100 <= sequence.length; start += 1) {
    const window = sequence.slice(start, start + 100);
    for (const [port, weight] of weights) {
      const count = window.filter((each) => each === port).length;
      worst = Math.max(worst, Math.abs(count - (100 * weight) / total));
    }
  }
  return Math.round(worst);
}

/** The requests of the recordings that carry a key where an upstream hashes it, by the scenario's name. */
export function requestWith(scenario: string, key: string): string {
  const get = (target: string, ...lines: readonly string[]) =>
    [`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  const host = 'Host: gw.test';
  const sentAs = /sent as (\S+)$/.exec(scenario)?.[1];
  // Nothing but the client's address, which a trusted peer tells, as all are in the recordings.
  if (scenario.includes('fallback ip')) return get('/r', host, `X-Real-IP: ${key}`);
  if (scenario.includes('configured as host')) return get('/r', `Host: ${key}`);
  if (sentAs !== undefined) return get('/r', host, `${sentAs}: ${key}`);
  if (scenario.includes('on header empty')) return get('/r', host, 'xhash:');
  if (scenario.includes('on header')) return get('/r', host, `xhash: ${key}`);
  if (scenario.includes('on path')) return get(key, host);
  if (scenario.includes('on query_arg absent')) return get(`/r?j=${key}`, host);
  if (scenario.includes('on uri_capture')) return get(`/r/${key}/`, host);
  if (scenario.includes('on cookie')) return get('/r', host, `Cookie: sid=${key}`);
  return get('/r', host);
}
