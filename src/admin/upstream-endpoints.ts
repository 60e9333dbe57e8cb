import type { AddressHealth, TargetHealthReport, UpstreamHealthReport } from '../metrics/upstream-health.js';
import { type Answer, notFound } from './answer.js';
import type { AdminEntity, EntityKind } from './entity-kind.js';
import { page } from './paging.js';
import type { AdminRequest } from './request.js';
import type { Endpoint, Params } from './routing-table.js';
import type { AdminView } from './view.js';

/** Where Kong lets the health of a target be set. Nothing is set here: the API is read-only. */
const SETTERS = ['healthy', 'unhealthy'].flatMap((state) => [
  `/upstreams/{upstreams}/targets/{targets}/${state}`,
  `/upstreams/{upstreams}/targets/{targets}/{address}/${state}`,
]);

/** The targets of an upstream as they are balanced: `/upstreams/{upstreams}/targets/all` and `…/health`. */
export function upstreamEndpoints(kinds: readonly EntityKind[]): readonly Endpoint[] {
  const upstreams = kinds.find(({ name }) => name === 'upstreams');
  const targets = kinds.find(({ name }) => name === 'targets');
  if (upstreams === undefined || targets === undefined) return [];
  const find = (view: AdminView, params: Params) =>
    view.entities.of(upstreams).find(params['upstreams'] ?? '');
  const list = (
    request: AdminRequest,
    view: AdminView,
    params: Params,
    below: string,
    show: (target: AdminEntity) => unknown,
  ): Answer => {
    const upstream = find(view, params);
    if (upstream === undefined) return notFound();
    const rows = view.entities.of(targets).referringTo('upstream', upstream.id);
    const path = `/upstreams/${encodeURIComponent(params['upstreams'] ?? '')}/${below}`;
    return page({ path, rows, scope: 'targets', cursor: ({ id }) => id, show }, request.query);
  };
  const health = (request: AdminRequest, view: AdminView, params: Params): Answer => {
    const upstream = find(view, params);
    const report = upstream === undefined ? undefined : view.health.healthOf(nameOf(upstream));
    // Between two configs the one that is shown may not be the one that serves.
    if (upstream === undefined || report === undefined) return notFound();
    const nodeId = { node_id: view.node.id };
    if (asksForBalancer(request.query))
      return { status: 200, body: { data: balancerHealth(upstream.id, report), next: null, ...nodeId } };
    const show = (target: AdminEntity) => withHealth(view.entities.show(targets, target), report);
    const answer = list(request, view, params, 'health', show);
    if (answer.status !== 200 || typeof answer.body !== 'object') return answer;
    return { ...answer, body: { ...answer.body, ...nodeId } };
  };
  return [
    {
      pattern: '/upstreams/{upstreams}/targets/all',
      methods: {
        GET: (request, view, params) =>
          list(request, view, params, 'targets/all', (target) => view.entities.show(targets, target)),
      },
    },
    { pattern: '/upstreams/{upstreams}/health', methods: { GET: health } },
    ...SETTERS.map((pattern) => ({ pattern, methods: {} })),
  ];
}

function nameOf(upstream: AdminEntity): string {
  return String(Reflect.get(upstream, 'name'));
}

function asksForBalancer(query: URLSearchParams): boolean {
  return query.get('balancer_health') === '1';
}

function withHealth(target: AdminEntity, { targets }: UpstreamHealthReport): unknown {
  const text = String(Reflect.get(target, 'target'));
  const report = targets.find((each) => each.target === text);
  if (report === undefined) return target;
  return { ...target, health: report.health, data: { ...placeOf(report), addresses: report.addresses } };
}

/** Of the balancer as a whole: whether it lets requests through, and over which addresses. */
function balancerHealth(id: string, { health, balances, targets }: UpstreamHealthReport): unknown {
  const hosts = targets.map((target) => {
    const addresses = target.addresses.map(({ ip, port, weight, health: state }) => {
      return { ip, port, weight, healthy: isAvailable(state) };
    });
    return { ...placeOf(target), addresses };
  });
  const all = targets.flatMap(({ addresses }) => addresses);
  const details = { healthy: balances, hosts, weight: weightOf(all) };
  return { id, health, balancer_health: balances ? 'HEALTHY' : 'UNHEALTHY', details };
}

function placeOf({ target, dns, nodeWeight, addresses }: TargetHealthReport): object {
  // IPv6 keeps its brackets.
  const cut = target.lastIndexOf(':');
  const place = { host: target.slice(0, cut), port: Number(target.slice(cut + 1)) };
  return { ...place, dns, nodeWeight, weight: weightOf(addresses) };
}

function weightOf(addresses: readonly AddressHealth[]): object {
  const sum = (some: readonly AddressHealth[]) => some.reduce((total, { weight }) => total + weight, 0);
  const total = sum(addresses);
  const available = sum(addresses.filter(({ health }) => isAvailable(health)));
  return { total, available, unavailable: total - available };
}

function isAvailable(health: AddressHealth['health']): boolean {
  return health !== 'UNHEALTHY';
}
