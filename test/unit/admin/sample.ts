import { EntityIndex } from '#gateway/admin/entity-index.js';
import type { AdminEntity, EntityKind } from '#gateway/admin/entity-kind.js';
import type { AdminRequest } from '#gateway/admin/request.js';
import { parseTarget } from '#gateway/admin/request.js';
import type { AdminView } from '#gateway/admin/view.js';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { ReloadHistory } from '#gateway/snapshot/reload-history.js';
import type { ServedConfig } from '#gateway/snapshot/served-config.js';

/** A kind made up for a test, with the entities given. */
export function sampleKind(
  name: string,
  all: readonly AdminEntity[],
  rest: Partial<EntityKind> = {},
): EntityKind {
  const paths = { path: name, nestedPath: name };
  return { name, ...paths, key: 'name', references: {}, rules: null, entities: () => all, ...rest };
}

/** An entity made up for a test, with the fields given besides. */
export function sampleEntity(
  id: string,
  name: string | null,
  tags: readonly string[] | null = null,
  rest: Readonly<Record<string, unknown>> = {},
): AdminEntity {
  return { ...rest, ...{ id, name, tags, created_at: null, updated_at: null } };
}

const config: GatewayConfig = {
  format_version: '3.0',
  transform: true,
  hash: '0123456789abcdef0123456789abcdef',
  ...{ services: [], routes: [], upstreams: [], targets: [], consumers: [], consumer_groups: [] },
  ...{ keyauth_credentials: [], basicauth_credentials: [], hmacauth_credentials: [], jwt_secrets: [] },
  ...{ acls: [], plugins: [], certificates: [], snis: [], ca_certificates: [], vaults: [], secrets: [] },
  document: '_format_version: "3.0"\n',
};

/** What an answer is made from, with an empty config built at second 1,700,000,000. */
export function sampleView(rest: Partial<AdminView> = {}): AdminView {
  const snapshot: ServedConfig = {
    version: 1,
    config,
    builtAt: 1_700_000_000_999,
  };
  return {
    snapshot,
    entities: new EntityIndex(snapshot),
    showSecrets: false,
    reloads: new ReloadHistory(),
    pids: [43, 44],
    workers: [],
    health: { healthOf: () => undefined },
    node: {
      id: 'b5f2c1de-0000-4000-8000-000000000000',
      hostname: 'here',
      pid: 42,
      startedAt: 1_600_000_000_000,
      settings: { log_level: 'warn' },
      memory: { rss: 5, heapTotal: 4, heapUsed: 3 * 2 ** 20, external: 1, arrayBuffers: 0 },
    },
    ...rest,
  };
}

/** A request as the routing table gets it. An object as body is sent as JSON. */
export function sampleRequest(method: string, target: string, body?: object): AdminRequest {
  return {
    ...parseTarget(target),
    method,
    contentType: body === undefined ? undefined : 'application/json',
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
