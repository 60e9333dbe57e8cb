import { parseTarget } from '../config/target-address.js';
import { type Answer, notFound } from './answer.js';
import type { AdminEntity, EntityKind } from './entity-kind.js';
import { page } from './paging.js';
import type { AdminRequest } from './request.js';
import type { Endpoint, Params } from './routing-table.js';
import type { AdminView } from './view.js';

/** Nothing checks targets yet, so none is known to be well or unwell. */
const HEALTH = 'HEALTHCHECKS_OFF';

/** The targets of an upstream as they are balanced: `/upstreams/{upstreams}/targets/all` and `…/health`. */
export function upstreamEndpoints(kinds: readonly EntityKind[]): readonly Endpoint[] {
  const upstreams = kinds.find(({ name }) => name === 'upstreams');
  const targets = kinds.find(({ name }) => name === 'targets');
  if (upstreams === undefined || targets === undefined) return [];
  const list = (
    request: AdminRequest,
    view: AdminView,
    params: Params,
    below: string,
    show: (target: AdminEntity) => unknown,
  ): Answer => {
    const name = params['upstreams'] ?? '';
    const upstream = view.entities.of(upstreams).find(name);
    if (upstream === undefined) return notFound();
    const rows = view.entities.of(targets).referringTo('upstream', upstream.id);
    const path = `/upstreams/${encodeURIComponent(name)}/${below}`;
    return page({ path, rows, scope: 'targets', cursor: ({ id }) => id, show }, request.query);
  };
  return [
    {
      pattern: '/upstreams/{upstreams}/targets/all',
      methods: {
        GET: (request, view, params) =>
          list(request, view, params, 'targets/all', (target) => view.entities.show(targets, target)),
      },
    },
    {
      pattern: '/upstreams/{upstreams}/health',
      methods: {
        GET: (request, view, params) => {
          const show = (target: AdminEntity) => withHealth(view.entities.show(targets, target));
          const answer = list(request, view, params, 'health', show);
          if (answer.status !== 200 || typeof answer.body !== 'object') return answer;
          return { ...answer, body: { ...answer.body, node_id: view.node.id } };
        },
      },
    },
  ];
}

function withHealth(target: AdminEntity): unknown {
  const text = String(Reflect.get(target, 'target'));
  // IPv6 keeps its brackets, in both fields.
  const host = text.slice(0, text.lastIndexOf(':'));
  const { port, isName } = parseTarget(text) ?? { port: 0, isName: true };
  const weight = Number(Reflect.get(target, 'weight'));
  // Names are not looked up: they have no address until something is sent there.
  const addresses = isName ? [] : [{ ip: host, port, weight, health: HEALTH }];
  const data = {
    ...{ host, port, addresses, nodeWeight: weight, dns: 'A' },
    weight: { total: weight, available: weight, unavailable: 0 },
  };
  return { ...target, health: HEALTH, data };
}
