import type { EntityLists } from './entities.js';
import { type Path, valueAt } from './finding.js';
import { pointerOf } from './mask.js';
import { findSecretFields } from './mask-fields.js';

/** What `url` of a service becomes; its protocol tells nothing. */
const URL_FIELDS = ['host', 'port', 'path'] as const;

/** An id tells nothing of the name it was made from, and without it nothing could be looked up. */
const SHOWN: ReadonlySet<string> = new Set([
  'id',
  'service',
  'route',
  'consumer',
  'consumer_group',
  'upstream',
  'certificate',
]);

/**
 * The fields of a config's entities that must not be shown, as pointers of kind, id and field: those that are secret
 * by their schema, and those at `outside`, paths of the config as it was `written`. `pathOf` tells where in it an entity
 * stands.
 */
export function secretPointers(
  entities: EntityLists,
  written: Readonly<Record<string, unknown>>,
  outside: readonly Path[],
  pathOf: (entity: object) => Path | undefined,
): readonly string[] {
  const pointers = new Set<string>();
  const lists: Readonly<Record<string, readonly { readonly id: string }[]>> = { ...entities };
  for (const [kind, index, ...field] of findSecretFields(lists)) {
    const entity = lists[String(kind)]?.[Number(index)];
    if (entity !== undefined) pointers.add(pointerOf([String(kind), entity.id, ...field]));
  }
  if (outside.length === 0) return [...pointers];
  const owners = new Map<string, Owner>();
  for (const [kind, list] of Object.entries(lists)) {
    for (const entity of list) {
      const path = pathOf(entity);
      if (path !== undefined) owners.set(pointerOf(path), { kind, entity });
    }
  }
  for (const path of outside) {
    for (const field of fieldsAt(path, valueAt(written, path), owners)) pointers.add(pointerOf(field));
  }
  return [...pointers];
}

interface Owner {
  readonly kind: string;
  readonly entity: { readonly id: string };
}

/** The fields of the innermost entity that a written place has become. */
function fieldsAt(path: Path, value: unknown, owners: ReadonlyMap<string, Owner>): readonly Path[] {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const owner = owners.get(pointerOf(path.slice(0, length)));
    if (owner === undefined) continue;
    const { kind, entity } = owner;
    const field = path.slice(length);
    const [first] = field;
    if (kind === 'services' && first === 'url') return URL_FIELDS.map((name) => [kind, entity.id, name]);
    if (SHOWN.has(String(first))) return [];
    // Repeated values of a set count once, which moves those behind them: then the whole list is hidden.
    const hasMoved = valueAt(entity, field) !== value && typeof field.at(-1) === 'number';
    return [[kind, entity.id, ...(hasMoved ? field.slice(0, -1) : field)]];
  }
  return [];
}
