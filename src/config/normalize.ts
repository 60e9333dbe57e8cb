import { createHash } from 'node:crypto';
import type { GatewayConfig, Reference, Route, Service } from './entities.js';
import { Fields } from './fields.js';
import { isMapping } from './finding.js';
import { canonical } from './hash.js';
import { stableId } from './ids.js';
import { listEntities, type Placed } from './references.js';
import { isLegacyFormat, migratePath } from './route-path.js';
import type { EntityKind } from './schemas.js';
import { parseServiceUrl } from './url.js';

const PROTOCOLS = ['http', 'https'] as const;
const REDIRECTS = [426, 301, 302, 307, 308] as const;
const PATH_HANDLINGS = ['v0', 'v1'] as const;

/** The services and routes of a config, flat and in the order of the file. */
export type Entities = Pick<GatewayConfig, 'services' | 'routes'>;

/**
 * Brings a valid, tidied config into the form that serves: nested routes flattened, shorthands and defaults filled
 * in, references by id, stable ids, paths of older formats migrated.
 */
export function normalizeEntities(config: Record<string, unknown>): Entities {
  const placed = listEntities(config);
  const fallback = new FallbackIds();
  const services: Service[] = [];
  const byKey = new Map<string, Reference>();
  const byEntity = new Map<object, Reference>();
  for (const { kind, entity } of placed) {
    if (kind !== 'services') continue;
    const service = normalizeService(entity, fallback);
    const reference = { id: service.id };
    services.push(service);
    byEntity.set(entity, reference);
    byKey.set(service.id, reference);
    if (service.name !== null)
      byKey.set(service.name, reference).set(stableId('services', service.name), reference);
  }
  const legacy = isLegacyFormat(config['_format_version']);
  const routes: Route[] = [];
  for (const { kind, entity, parent } of placed) {
    if (kind !== 'routes') continue;
    const service = parent === undefined ? byKey.get(serviceKey(entity)) : byEntity.get(parent);
    routes.push(normalizeRoute(entity, service ?? null, legacy, fallback));
  }
  return { services, routes };
}

/** The name or id a top-level route calls its service by; empty for a route without a service. */
function serviceKey({ service }: Placed['entity']): string {
  const key = isMapping(service) ? (service['name'] ?? service['id']) : service;
  return typeof key === 'string' ? key : '';
}

function normalizeService(entity: Placed['entity'], fallback: FallbackIds): Service {
  const fields = new Fields('services', entity);
  const name = fields.text('name');
  const url = parseServiceUrl(fields.text('url') ?? '');
  return {
    id: idOf('services', fields, fallback, entity, ''),
    name,
    protocol: url?.protocol ?? fields.choice('protocol', PROTOCOLS),
    host: url?.host ?? fields.text('host') ?? '',
    port: url?.port ?? fields.number('port'),
    path: url === undefined ? fields.text('path') : url.path,
    retries: fields.number('retries'),
    connect_timeout: fields.number('connect_timeout'),
    write_timeout: fields.number('write_timeout'),
    read_timeout: fields.number('read_timeout'),
    enabled: fields.flag('enabled'),
    tags: fields.set('tags'),
    client_certificate: null,
    ca_certificates: null,
    tls_verify: fields.optionalFlag('tls_verify'),
    tls_verify_depth: fields.optionalNumber('tls_verify_depth'),
    created_at: fields.optionalNumber('created_at'),
    updated_at: fields.optionalNumber('updated_at'),
  };
}

function normalizeRoute(
  entity: Placed['entity'],
  service: Reference | null,
  legacy: boolean,
  fallback: FallbackIds,
): Route {
  const fields = new Fields('routes', entity);
  const paths = fields.list('paths');
  return {
    id: idOf('routes', fields, fallback, entity, service?.id ?? ''),
    name: fields.text('name'),
    protocols: fields.choices('protocols', PROTOCOLS),
    methods: fields.set('methods'),
    hosts: fields.list('hosts'),
    paths: legacy && paths !== null ? paths.map(migratePath) : paths,
    headers: fields.lists('headers'),
    snis: fields.set('snis'),
    sources: null,
    destinations: null,
    https_redirect_status_code: fields.choice('https_redirect_status_code', REDIRECTS),
    regex_priority: fields.number('regex_priority'),
    strip_path: fields.flag('strip_path'),
    path_handling: fields.choice('path_handling', PATH_HANDLINGS),
    preserve_host: fields.flag('preserve_host'),
    request_buffering: fields.flag('request_buffering'),
    response_buffering: fields.flag('response_buffering'),
    tags: fields.set('tags'),
    service,
    created_at: fields.optionalNumber('created_at'),
    updated_at: fields.optionalNumber('updated_at'),
  };
}

function idOf(
  kind: EntityKind,
  fields: Fields,
  fallback: FallbackIds,
  entity: Placed['entity'],
  parent: string,
): string {
  const id = fields.text('id');
  if (id !== null) return id;
  const name = fields.text('name');
  return name === null ? fallback.next(kind, entity, parent) : stableId(kind, name);
}

/** Ids for entities without id and name: stable as long as parent and content stay, apart for equal ones. */
class FallbackIds {
  readonly #used = new Map<string, number>();

  next(kind: EntityKind, entity: Placed['entity'], parent: string): string {
    const { routes: _, _comment, _ignore, ...content } = entity;
    const digest = createHash('sha256').update(canonical(content)).digest('hex');
    // A name cannot hold a colon, so that no name gets such an id.
    const key = `${parent}:${digest}`;
    const count = this.#used.get(`${kind}:${key}`) ?? 0;
    this.#used.set(`${kind}:${key}`, count + 1);
    return stableId(kind, count === 0 ? key : `${key}:${count}`);
  }
}
