import { isEntityKind } from '../config/entity-kinds.js';
import { maskEntity } from '../config/mask.js';
import type { ServedConfig } from '../snapshot/served-config.js';
import { type AdminEntity, type EntityKind, keyOf, referenceOf } from './entity-kind.js';

/** The entities of one kind, found by id, key or what they refer to. */
export class KindIndex {
  /** Sorted by id, the order in which they are listed: an offset into it stays good over a reload. */
  readonly all: readonly AdminEntity[];
  readonly #byId = new Map<string, AdminEntity>();
  readonly #byKey = new Map<string, AdminEntity>();
  readonly #byReference = new Map<string, AdminEntity[]>();

  constructor(kind: EntityKind, entities: readonly AdminEntity[]) {
    this.all = [...entities].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const entity of this.all) {
      const key = keyOf(kind, entity);
      this.#byId.set(entity.id, entity);
      if (key !== undefined) this.#byKey.set(key, entity);
      for (const field of Object.keys(kind.references)) this.#refer(field, entity);
    }
  }

  #refer(field: string, entity: AdminEntity): void {
    const reference = `${field} ${referenceOf(entity, field)}`;
    const referring = this.#byReference.get(reference);
    if (referring === undefined) this.#byReference.set(reference, [entity]);
    else referring.push(entity);
  }

  /** The entity with this id (in any case) or key. */
  find(idOrKey: string): AdminEntity | undefined {
    return this.#byId.get(idOrKey.toLowerCase()) ?? this.#byKey.get(idOrKey);
  }

  /** The entities whose `field` refers to `id`, sorted by id. */
  referringTo(field: string, id: string): readonly AdminEntity[] {
    return this.#byReference.get(`${field} ${id}`) ?? [];
  }
}

/** Every kind's entities in one snapshot. A kind is indexed when it is first asked for. */
export class EntityIndex {
  readonly #snapshot: ServedConfig;
  readonly #showSecrets: boolean;
  readonly #kinds = new Map<EntityKind, KindIndex>();

  constructor(snapshot: ServedConfig, showSecrets = false) {
    this.#snapshot = snapshot;
    this.#showSecrets = showSecrets;
  }

  /** The entity with this id, key or other name. */
  find(kind: EntityKind, name: string): AdminEntity | undefined {
    const index = this.of(kind);
    const found = index.find(name);
    if (found !== undefined || kind.alias === undefined) return found;
    return index.find(kind.alias(name, this.#snapshot.config) ?? '');
  }

  of(kind: EntityKind): KindIndex {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const index = new KindIndex(kind, kind.entities(this.#snapshot.config));
    this.#kinds.set(kind, index);
    return index;
  }

  /**
   * An entity as the Admin API shows it: without its secrets, unless they are to be seen. What the file does not date
   * dates from the snapshot, as in Kong.
   */
  show(kind: EntityKind, entity: AdminEntity): AdminEntity {
    const { config, builtAt } = this.#snapshot;
    const masked =
      this.#showSecrets || !isEntityKind(kind.name) ? entity : maskEntity(kind.name, entity, config.secrets);
    const shown = { ...masked, ...kind.shownWith?.(entity, config) };
    const now = kind.precise === true ? builtAt / 1000 : Math.floor(builtAt / 1000);
    if (shown.created_at === null) Object.assign(shown, { created_at: now });
    if (shown.updated_at === null) Object.assign(shown, { updated_at: now });
    for (const field of kind.sparse ?? []) {
      if (Reflect.get(shown, field) === null) Reflect.deleteProperty(shown, field);
    }
    return shown;
  }
}
