import type { EntityKind } from './entity-kinds.js';
import { checkEntity } from './entity-rules.js';
import { isMapping, type Path } from './finding.js';
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
  const checked = [...validateFields(kind, entity), ...checkEntity(kind, entity, [], false)];
  const findings = checked.filter(({ severity }) => severity !== 'warning');
  const violations = new Map<string, FieldViolation>();
  for (const { path, message } of findings) {
    const field = fieldName(path);
    if (!violations.has(field)) violations.set(field, { field, message });
  }
  return [...violations.values()].sort((a, b) => (a.field < b.field ? -1 : 1));
}

/** The field as Kong names it: a record inside a record has its path, an item of a list the name of the list. */
function fieldName(path: Path): string {
  const end = path.findIndex((step) => typeof step === 'number');
  const steps = path[0] === 'headers' ? path.slice(0, 1) : end === -1 ? path : path.slice(0, end);
  return steps.length === 0 ? '@entity' : steps.join('.');
}
