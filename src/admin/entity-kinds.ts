import type { GatewayConfig } from '../config/entities.js';
import {
  ENTITY_KINDS as CONFIG_KINDS,
  type EntityKind as ConfigKind,
  entityKinds,
} from '../config/entity-kinds.js';
import { entityFields, entitySchema } from '../config/schemas.js';
import { validateEntity } from '../config/validate-entity.js';
import type { AdminEntity, EntityKind } from './entity-kind.js';

/**
 * The kinds of entities the Admin API knows: those of a config, and those of Kong that this version does not load.
 * The collection of the latter is empty, which is what dashboards and decK expect of a node that has none.
 */
export const ENTITY_KINDS: readonly EntityKind[] = [
  ...entityKinds.map(loaded),
  unloaded('keys', 'keys', { set: 'key_sets' }),
  unloaded('key_sets', 'key-sets', {}),
];

function loaded(name: ConfigKind): EntityKind {
  const { key, path = name, nestedPath = path, references, sparse = [] } = CONFIG_KINDS[name];
  return {
    ...{ name, key, path, nestedPath, sparse },
    precise: entityFields(name)['created_at']?.['type']?.toString().includes('number') ?? false,
    references: Object.fromEntries(Object.entries(references).map(([field, { to }]) => [field, to])),
    rules: { schema: () => entitySchema(name), validate: (value) => validateEntity(name, value) },
    entities: (config) => config[name],
    ...(name === 'certificates' ? { shownWith: serverNames, alias: certificateOf } : {}),
  };
}

function unloaded(name: string, path: string, references: Readonly<Record<string, string>>): EntityKind {
  return { name, path, nestedPath: path, key: 'name', references, rules: null, entities: () => [] };
}

/** A certificate is shown with the server names it is for. */
function serverNames({ id }: AdminEntity, { snis }: GatewayConfig): Readonly<Record<string, unknown>> {
  const own = snis.filter(({ certificate }) => certificate.id === id);
  return { snis: own.map(({ name }) => name).sort() };
}

/** A server name stands for its certificate. */
function certificateOf(sni: string, { snis }: GatewayConfig): string | undefined {
  return snis.find(({ name }) => name === sni)?.certificate.id;
}
