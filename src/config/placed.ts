import { type EntityKind, isEntityKind, nestedLists } from './entity-kinds.js';
import { isMapping, type Path } from './finding.js';

/** An entity of a config and where it stands. */
export interface Placed {
  readonly kind: EntityKind;
  readonly path: Path;
  readonly entity: Record<string, unknown>;
  /** The entity it is nested in, and the field that refers to that one. */
  readonly parent?: Placed;
  readonly field?: string;
}

/**
 * The entities of a config in the order of the file, each before what is nested in it. The config may be invalid:
 * what is no mapping is left out.
 */
export function listEntities(config: Readonly<Record<string, unknown>>): readonly Placed[] {
  const placed: Placed[] = [];
  // Key order is the order of the file: a file may well begin with its routes.
  for (const key of Object.keys(config)) {
    if (isEntityKind(key)) addEntities(placed, key, config[key], [key]);
  }
  return placed;
}

function addEntities(
  placed: Placed[],
  kind: EntityKind,
  list: unknown,
  path: Path,
  parent?: Placed,
  field?: string,
): void {
  if (!Array.isArray(list)) return;
  const inside = nestedLists(kind);
  for (const [index, entity] of list.entries()) {
    if (!isMapping(entity)) continue;
    const here = [...path, index];
    const own: Placed =
      parent === undefined || field === undefined
        ? { kind, path: here, entity }
        : { kind, path: here, entity, parent, field };
    placed.push(own);
    for (const nested of inside) {
      const items = entity[nested.kind];
      if (items !== undefined)
        addEntities(placed, nested.kind, items, [...here, nested.kind], own, nested.field);
    }
  }
}
