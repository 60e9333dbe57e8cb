import { isMapping } from './finding.js';
import { checkRoute } from './references.js';
import type { EntityKind } from './schemas.js';
import { tidyEntity } from './tidy.js';
import { validateFields } from './validate.js';

/** What is wrong with one field of an entity; `@entity` stands for the entity as a whole. */
export interface FieldViolation {
  readonly field: string;
  readonly message: string;
}

/**
 * Checks a single entity as `POST /schemas/{entity}/validate` does: missing fields count with their defaults,
 * references are not followed. Returns nothing for a valid entity, else one violation a field, by field name.
 */
export function validateEntity(kind: EntityKind, value: unknown): readonly FieldViolation[] {
  if (!isMapping(value)) return [{ field: '@entity', message: 'expected a record' }];
  const entity = tidyEntity(kind, value);
  const findings = [
    ...validateFields(kind, entity),
    ...(kind === 'routes' ? checkRoute(entity, [], false) : []),
  ];
  const violations = new Map<string, FieldViolation>();
  for (const { path, message } of findings) {
    const field = path.length === 0 ? '@entity' : String(path[0]);
    if (!violations.has(field)) violations.set(field, { field, message });
  }
  return [...violations.values()].sort((a, b) => (a.field < b.field ? -1 : 1));
}
