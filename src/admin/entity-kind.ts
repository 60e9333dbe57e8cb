import type { GatewayConfig } from '../config/entities.js';

/** What every entity of a config has. */
export interface AdminEntity {
  readonly id: string;
  readonly tags: readonly string[] | null;
  /** Kinds that are not dated have none. */
  readonly created_at?: number | null;
  readonly updated_at?: number | null;
}

/** One rule an entity breaks. `field` is `@entity` where the rule is about the whole entity. */
export interface Violation {
  readonly field: string;
  readonly message: string;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The field rules of a kind. */
export interface EntityRules {
  readonly schema: () => JsonSchema;
  readonly validate: (value: unknown) => readonly Violation[];
}

/**
 * A kind of entity in the Admin API. Everything the API has for it follows from this registration: the collection,
 * the single entity, the nested forms along its references, tags, schema and the answers to writes.
 */
export interface EntityKind {
  /** Kong's name of the kind, `ca_certificates` for example: used in messages, tags and `/schemas`. */
  readonly name: string;
  /** Its path segment, `key-sets` for example. */
  readonly path: string;
  /** Its segment below the entity it refers to: `/consumers/{c}/key-auth`, but `/key-auths`. */
  readonly nestedPath: string;
  /** The field that names an entity besides its id. */
  readonly key: string | null;
  /** Fields that refer to another entity, with the kind they refer to. */
  readonly references: Readonly<Record<string, string>>;
  /** Fields that are left out of an answer where they are null. */
  readonly sparse?: readonly string[];
  /** Whether its dates have a fraction of a second. */
  readonly precise?: boolean;
  /** Fields that are shown besides those of the entity. */
  readonly shownWith?: (entity: AdminEntity, config: GatewayConfig) => Readonly<Record<string, unknown>>;
  /** The id of the entity that something else is a name for. */
  readonly alias?: (name: string, config: GatewayConfig) => string | undefined;
  /** Absent for kinds of Kong that this version does not load. */
  readonly rules: EntityRules | null;
  /** The entities of a config, in any order. */
  readonly entities: (config: GatewayConfig) => readonly AdminEntity[];
}

/** What names an entity besides its id; undefined where nothing does. */
export function keyOf(kind: EntityKind, entity: AdminEntity): string | undefined {
  const key: unknown = kind.key === null ? undefined : Reflect.get(entity, kind.key);
  return typeof key === 'string' ? key : undefined;
}

/** The id of the entity that `field` refers to. */
export function referenceOf(entity: AdminEntity, field: string): string | undefined {
  const reference: unknown = Reflect.get(entity, field);
  if (typeof reference !== 'object' || reference === null || !('id' in reference)) return undefined;
  return typeof reference.id === 'string' ? reference.id : undefined;
}
