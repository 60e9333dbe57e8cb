import { entitySchema } from '../config/schemas.js';
import { validateEntity } from '../config/validate-entity.js';
import type { EntityKind, EntityRules } from './entity-kind.js';

/**
 * The kinds of entities the Admin API knows. A kind that this version does not load is listed too: its collection is
 * empty then, which is what dashboards and decK expect of a node that has none.
 */
export const ENTITY_KINDS: readonly EntityKind[] = [
  kind('services', 'name', {
    references: { client_certificate: 'certificates' },
    rules: rules('services'),
    entities: ({ services }) => services,
  }),
  kind('routes', 'name', {
    references: { service: 'services' },
    rules: rules('routes'),
    entities: ({ routes }) => routes,
  }),
  kind('upstreams', 'name', { references: { client_certificate: 'certificates' } }),
  kind('targets', 'target', { references: { upstream: 'upstreams' } }),
  kind('consumers', 'username'),
  kind('plugins', 'instance_name', {
    references: { service: 'services', route: 'routes', consumer: 'consumers' },
  }),
  kind('certificates', null),
  kind('snis', 'name', { references: { certificate: 'certificates' } }),
  kind('ca_certificates', null),
  kind('vaults', 'prefix'),
  kind('keys', 'name', { references: { set: 'key_sets' } }),
  kind('key_sets', 'name', { path: 'key-sets' }),
  kind('acls', null, { references: { consumer: 'consumers' } }),
  credential('keyauth_credentials', 'key', 'key-auth'),
  credential('basicauth_credentials', 'username', 'basic-auth'),
  credential('hmacauth_credentials', 'username', 'hmac-auth'),
  credential('jwt_secrets', 'key', 'jwt'),
];

function kind(name: string, key: string | null, rest: Partial<EntityKind> = {}): EntityKind {
  const path = rest.path ?? name;
  return { name, key, path, nestedPath: path, references: {}, rules: null, entities: () => [], ...rest };
}

/** A consumer's credential: `/key-auths`, and `/consumers/{consumers}/key-auth`. */
function credential(name: string, key: string, nestedPath: string): EntityKind {
  return kind(name, key, { path: `${nestedPath}s`, nestedPath, references: { consumer: 'consumers' } });
}

function rules(name: 'services' | 'routes'): EntityRules {
  return { schema: () => entitySchema(name), validate: (value) => validateEntity(name, value) };
}
