import type { EntityLists } from './entities.js';

/** A kind of entity, by the key of its list in a config. */
export type EntityKind = keyof EntityLists;

/** How an entity without an id gets one that is the same after every load. */
export interface StableIdRule {
  /** `key`: from the value of the field that names it; `place`: from several fields, joined as Kong joins them. */
  readonly from: 'key' | 'place';
  readonly fields: readonly string[];
  /** Those of them that must be given. */
  readonly needs: readonly string[];
}

/** A field that refers to another entity. */
export interface ReferenceRule {
  readonly to: EntityKind;
  /** Whether the entity may stand inside the one it refers to, which then is its reference. */
  readonly nested?: boolean;
}

/** What is to be known of a kind besides the rules of its fields, which are in its schema. */
export interface KindDefinition {
  readonly noun: string;
  /** Its file in `schemas/`. */
  readonly schema: string;
  /** The field that names an entity besides its id: in references and in the paths of the Admin API. */
  readonly key: string | null;
  readonly id: StableIdRule | null;
  /** Fields, or fields together, whose value no two entities of the kind share. */
  readonly unique: readonly (readonly string[])[];
  readonly references: Readonly<Record<string, ReferenceRule>>;
  /** Its path segments in the Admin API, where they differ from the kind: alone, and below what it refers to. */
  readonly path?: string;
  readonly nestedPath?: string;
  /** Fields that are made up at random where an entity leaves them out. */
  readonly generated?: readonly string[];
  /** Fields that are not shown where they are not set. */
  readonly sparse?: readonly string[];
}

const byName: StableIdRule = { from: 'key', fields: ['name'], needs: ['name'] };
const ofConsumer = { consumer: { to: 'consumers', nested: true } } as const;
const place = (...fields: readonly string[]): StableIdRule => ({ from: 'place', fields, needs: fields });

/** Every kind of entity of a config. Whatever is done for all of them follows from this table. */
export const ENTITY_KINDS: Readonly<Record<EntityKind, KindDefinition>> = {
  services: {
    ...{ noun: 'service', schema: 'service.schema.json', key: 'name', id: byName, unique: [['name']] },
    references: { client_certificate: { to: 'certificates' } },
  },
  routes: {
    ...{ noun: 'route', schema: 'route.schema.json', key: 'name', id: byName, unique: [['name']] },
    references: { service: { to: 'services', nested: true } },
  },
  upstreams: {
    ...{ noun: 'upstream', schema: 'upstream.schema.json', key: 'name', id: byName, unique: [['name']] },
    references: { client_certificate: { to: 'certificates' } },
  },
  targets: {
    ...{ noun: 'target', schema: 'target.schema.json', key: 'target' },
    ...{ id: place('upstream', 'target'), unique: [['upstream', 'target']] },
    references: { upstream: { to: 'upstreams', nested: true } },
  },
  consumers: {
    ...{ noun: 'consumer', schema: 'consumer.schema.json', key: 'username', references: {} },
    id: { from: 'key', fields: ['username'], needs: ['username'] },
    unique: [['username'], ['custom_id']],
  },
  consumer_groups: {
    ...{ noun: 'consumer group', schema: 'consumer_group.schema.json', key: 'name', references: {} },
    ...{ id: byName, unique: [['name']] },
  },
  keyauth_credentials: {
    ...{ noun: 'key-auth credential', schema: 'keyauth_credential.schema.json', key: 'key' },
    ...{ id: null, unique: [['key']], references: ofConsumer, generated: ['key'] },
    ...{ sparse: ['ttl'], path: 'key-auths', nestedPath: 'key-auth' },
  },
  basicauth_credentials: {
    ...{ noun: 'basic-auth credential', schema: 'basicauth_credential.schema.json', key: 'username' },
    ...{ id: place('username'), unique: [['username']], references: ofConsumer },
    ...{ path: 'basic-auths', nestedPath: 'basic-auth' },
  },
  hmacauth_credentials: {
    ...{ noun: 'hmac-auth credential', schema: 'hmacauth_credential.schema.json', key: 'username' },
    ...{ id: place('username'), unique: [['username']], references: ofConsumer, generated: ['secret'] },
    ...{ path: 'hmac-auths', nestedPath: 'hmac-auth' },
  },
  jwt_secrets: {
    ...{ noun: 'JWT secret', schema: 'jwt_secret.schema.json', key: 'key' },
    ...{ id: null, unique: [['key']], references: ofConsumer, generated: ['key', 'secret'] },
    ...{ path: 'jwts', nestedPath: 'jwt' },
  },
  acls: {
    ...{ noun: 'ACL group', schema: 'acl.schema.json', key: null },
    ...{ id: place('consumer', 'group'), unique: [['consumer', 'group']], references: ofConsumer },
  },
  plugins: {
    ...{ noun: 'plugin', schema: 'plugin.schema.json', key: 'instance_name' },
    id: { from: 'place', fields: ['name', 'route', 'service', 'consumer'], needs: ['name'] },
    sparse: ['consumer_group'],
    unique: [['instance_name'], ['name', 'route', 'service', 'consumer', 'consumer_group']],
    references: {
      service: { to: 'services', nested: true },
      route: { to: 'routes', nested: true },
      consumer: { to: 'consumers', nested: true },
      consumer_group: { to: 'consumer_groups', nested: true },
    },
  },
  certificates: {
    ...{ noun: 'certificate', schema: 'certificate.schema.json', key: null, id: null },
    ...{ unique: [], references: {} },
  },
  snis: {
    ...{ noun: 'SNI', schema: 'sni.schema.json', key: 'name', id: byName, unique: [['name']] },
    references: { certificate: { to: 'certificates', nested: true } },
  },
  ca_certificates: {
    ...{ noun: 'CA certificate', schema: 'ca_certificate.schema.json', key: null, id: null },
    ...{ unique: [], references: {} },
  },
  vaults: {
    ...{ noun: 'vault', schema: 'vault.schema.json', key: 'prefix' },
    ...{ id: place('prefix'), unique: [['prefix']], references: {} },
  },
};

/** All kinds, in the order of the table: what is referred to stands before what refers to it, as far as it can. */
export const entityKinds: readonly EntityKind[] = Object.keys(ENTITY_KINDS).filter(isEntityKind);

export function isEntityKind(name: string): name is EntityKind {
  return Object.hasOwn(ENTITY_KINDS, name);
}

/** A list inside an entity, and the field of its entities that refers to the one they stand in. */
export interface NestedList {
  readonly kind: EntityKind;
  readonly field: string;
}

const nested: ReadonlyMap<EntityKind, readonly NestedList[]> = new Map(
  entityKinds.map((parent) => [
    parent,
    entityKinds.flatMap((kind) =>
      Object.entries(ENTITY_KINDS[kind].references)
        .filter(([, rule]) => rule.to === parent && rule.nested === true)
        .map(([field]) => ({ kind, field })),
    ),
  ]),
);

/** The lists an entity may hold, routes in a service for example. */
export function nestedLists(kind: EntityKind): readonly NestedList[] {
  return nested.get(kind) ?? [];
}
