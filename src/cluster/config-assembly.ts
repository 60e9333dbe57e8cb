import type { EntityLists, GatewayConfig } from '../config/entities.js';
import { type EntityKind, entityKinds } from '../config/entity-kinds.js';
import { GatewayError } from '../errors.js';
import type { ConfigBegin, ConfigPiece } from './messages.js';

/**
 * Puts a config together from its pieces. It has neither the text of the file nor the list of what must not be shown:
 * only the Admin API needs them, and it does not run here.
 */
export class ConfigAssembly {
  readonly version: number;
  readonly #begin: ConfigBegin;
  readonly #lists = new Map<EntityKind, object[]>(entityKinds.map((kind) => [kind, []]));
  #next = 0;

  constructor(begin: ConfigBegin) {
    this.version = begin.version;
    this.#begin = begin;
  }

  /** Throws GatewayError when a piece is missing before this one. */
  add({ index, kind, entities }: Pick<ConfigPiece, 'index' | 'kind' | 'entities'>): void {
    if (index !== this.#next) {
      throw new GatewayError('config_incomplete', `piece ${this.#next} of the config is missing`);
    }
    this.#next += 1;
    this.#lists.get(kind)?.push(...entities);
  }

  /** The config, once every piece is there. */
  finish(): GatewayConfig {
    const { format_version, transform, hash } = this.#begin;
    const lists: object = Object.fromEntries(this.#lists);
    if (!areLists(lists)) throw new TypeError('a kind of entity has no list');
    return { format_version, transform, hash, ...lists, secrets: [], document: '' };
  }
}

/** The primary has checked the entities; what is checked here is that every kind is there. */
function areLists(lists: object): lists is EntityLists {
  return entityKinds.every((kind) => Array.isArray(Reflect.get(lists, kind)));
}
