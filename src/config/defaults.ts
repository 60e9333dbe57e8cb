import type { EntityKind } from './entity-kinds.js';
import { isMapping } from './finding.js';
import { entityFields, type JsonSchema } from './schemas.js';

/** A field and what becomes of it. */
interface FieldPlan {
  readonly name: string;
  readonly fallback: unknown;
  readonly isSet: boolean;
  /** The fields inside it, where it is a record that is filled in. */
  readonly inside: readonly FieldPlan[] | undefined;
  /** The fields of its items, where it is a list of records. */
  readonly each: readonly FieldPlan[] | undefined;
}

const plans = new Map<EntityKind, readonly FieldPlan[]>();

/**
 * All fields of a valid entity in the order of its schema: with its default, else null, where it says nothing; sets
 * without repetitions. Shorthands and fields that can only be null are left out.
 */
export function fillEntity(
  kind: EntityKind,
  entity: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  let plan = plans.get(kind);
  if (plan === undefined) {
    plan = planOf(entityFields(kind));
    plans.set(kind, plan);
  }
  return fill(plan, entity);
}

function fill(plan: readonly FieldPlan[], given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const { name, fallback, isSet, inside, each } of plan) {
    const said = given[name] ?? fallback;
    const value = each !== undefined && Array.isArray(said) ? said.map((item) => fillItem(each, item)) : said;
    if (inside !== undefined) filled[name] = fill(inside, isMapping(value) ? value : {});
    else filled[name] = isSet && Array.isArray(value) && value.length > 1 ? withoutRepeats(value) : value;
  }
  return filled;
}

function fillItem(plan: readonly FieldPlan[], item: unknown): unknown {
  return isMapping(item) ? fill(plan, item) : item;
}

function withoutRepeats(values: readonly unknown[]): readonly unknown[] {
  const seen = new Set<unknown>();
  return values.filter((value) => {
    const key = typeof value === 'object' ? JSON.stringify(value) : value;
    return seen.has(key) ? false : seen.add(key);
  });
}

function planOf(fields: Readonly<Record<string, unknown>>): readonly FieldPlan[] {
  const plan: FieldPlan[] = [];
  for (const [name, schema] of Object.entries(fields)) {
    if (!isMapping(schema) || schema['type'] === 'null' || schema['x-shorthand'] === true) continue;
    plan.push({
      name,
      fallback: schema['default'] ?? null,
      isSet: schema['x-kind'] === 'set',
      inside: recordOf(schema),
      each: isMapping(schema['items']) ? recordOf(schema['items']) : undefined,
    });
  }
  return plan;
}

/** A field with fields of its own is there in full even where the entity leaves it out. */
function recordOf(schema: JsonSchema): readonly FieldPlan[] | undefined {
  return isMapping(schema['properties']) ? planOf(schema['properties']) : undefined;
}
