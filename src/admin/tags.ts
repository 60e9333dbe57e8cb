import type { EntityIndex } from './entity-index.js';
import type { AdminEntity, EntityKind } from './entity-kind.js';

/** Whether an entity is wanted. */
export type TagFilter = (entity: AdminEntity) => boolean;

/** The tag of one entity, as `/tags` lists it. */
export interface TagRow {
  readonly entity_name: string;
  readonly entity_id: string;
  readonly tag: string;
}

/**
 * Reads `?tags=`: `a,b` wants both tags, `a/b` one of them. Returns what is wrong as a string: the two cannot be
 * mixed, and no tag is empty.
 */
export function parseTagFilter(text: string | null): TagFilter | string {
  if (text === null) return () => true;
  if (text === '') return 'cannot be null';
  const any = text.includes('/');
  if (any && text.includes(',')) return 'invalid filter syntax';
  const wanted = text.split(any ? '/' : ',');
  if (wanted.includes('')) return 'invalid filter syntax';
  return ({ tags }) => {
    const has = (tag: string): boolean => tags?.includes(tag) ?? false;
    return any ? wanted.some(has) : wanted.every(has);
  };
}

/** Every tag of every entity, sorted as `tagCursor` sorts; of one tag only where `only` is given. */
export function tagRows(
  kinds: readonly EntityKind[],
  entities: EntityIndex,
  only?: string,
): readonly TagRow[] {
  const rows: TagRow[] = [];
  for (const kind of [...kinds].sort((a, b) => (`${a.name}|` < `${b.name}|` ? -1 : 1))) {
    for (const { id, tags } of entities.of(kind).all) {
      for (const tag of [...new Set(tags)].sort()) {
        if (only === undefined || tag === only) rows.push({ entity_name: kind.name, entity_id: id, tag });
      }
    }
  }
  return rows;
}

/** Where a row stands in the list. */
export function tagCursor({ entity_name, entity_id, tag }: TagRow): string {
  return `${entity_name}|${entity_id}|${tag}`;
}
