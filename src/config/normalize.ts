import { completeEntity } from './completion.js';
import { fillEntity } from './defaults.js';
import type { EntityLists } from './entities.js';
import { ENTITY_KINDS, type EntityKind, entityKinds } from './entity-kinds.js';
import type { Identities } from './identities.js';
import { membersOf } from './members.js';
import type { Placed } from './placed.js';
import { isLegacyFormat } from './route-path.js';

/** The entities of a config as they serve, and where each stands in the file. */
export interface NormalConfig {
  readonly lists: EntityLists;
  readonly places: ReadonlyMap<object, Placed>;
}

/**
 * Brings a valid, tidied config into the form that serves: nested entities flattened, shorthands and defaults filled
 * in, references by id, stable ids, paths of older formats migrated.
 */
export function normalizeEntities(
  config: Readonly<Record<string, unknown>>,
  placed: readonly Placed[],
  identities: Identities,
): NormalConfig {
  const members = membersOf(placed, identities);
  const legacy = isLegacyFormat(config['_format_version']);
  const transform = config['_transform'] !== false;
  const places = new Map<object, Placed>();
  const lists = Object.fromEntries(entityKinds.map((kind): [EntityKind, object[]] => [kind, []]));
  for (const each of placed) {
    const { kind, entity } = each;
    const fields = fillEntity(kind, entity);
    fields['id'] = identities.idOf(each);
    for (const field of Object.keys(ENTITY_KINDS[kind].references)) {
      const target = identities.follow(each, field);
      fields[field] = target === undefined ? null : { id: identities.idOf(target) };
    }
    if (kind === 'consumer_groups') fields['consumers'] = members.get(each) ?? [];
    completeEntity(kind, fields, { given: entity, legacy, transform });
    lists[kind]?.push(fields);
    places.set(fields, each);
  }
  if (!areLists(lists)) throw new TypeError('a kind of entity has no list');
  return { lists, places };
}

/** The schemas have vouched for the fields; what is checked here is that every kind is there. */
function areLists(lists: Readonly<Record<string, unknown>>): lists is Record<string, object[]> & EntityLists {
  return entityKinds.every((kind) => Array.isArray(lists[kind]));
}
