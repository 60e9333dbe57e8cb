import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import type { Finding } from './finding.js';
import { type Identities, referenceText } from './identities.js';
import type { Placed } from './placed.js';
import { formatTarget, parseTarget } from './target-address.js';

/** What is the same in two entities of which only one may have it. */
export function checkUnique(placed: readonly Placed[], identities: Identities): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, Placed>();
  const told = new Set<Placed>();
  for (const each of placed) {
    const { kind, entity } = each;
    for (const fields of ENTITY_KINDS[kind].unique) {
      const value = uniqueValue(each, fields, identities);
      if (value === undefined) continue;
      const key = `${kind} ${fields.join()} ${value}`;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, each);
      else {
        told.add(each);
        findings.push(duplicate(each, fields, other));
      }
    }
    const id = identities.idOf(each).toLowerCase();
    const other = seen.get(`${kind} id ${id}`);
    if (other === undefined) seen.set(`${kind} id ${id}`, each);
    else if (typeof entity['id'] === 'string' && !told.has(each)) findings.push(sameId(each, id, other));
  }
  return findings;
}

/** The values that must not come together a second time; undefined where there is nothing to compare. */
function uniqueValue(placed: Placed, fields: readonly string[], identities: Identities): string | undefined {
  const { references } = ENTITY_KINDS[placed.kind];
  const values = fields.map((field) => {
    const target = references[field] === undefined ? undefined : identities.follow(placed, field);
    return target === undefined ? comparable(placed, field) : identities.idOf(target);
  });
  const lacking = fields.some(
    (field, index) => values[index] === undefined && references[field] === undefined,
  );
  return lacking || values.every((value) => value === undefined) ? undefined : JSON.stringify(values);
}

/** A value as it is compared: a target without a port has port 8000, and addresses can be written in many ways. */
function comparable({ kind, entity }: Placed, field: string): string | undefined {
  const text = referenceText(entity[field]);
  if (kind !== 'targets' || field !== 'target' || text === undefined) return text;
  const parsed = parseTarget(text);
  return parsed === undefined ? text : formatTarget(parsed);
}

function duplicate({ kind, entity, path }: Placed, fields: readonly string[], other: Placed): Finding {
  const { noun } = ENTITY_KINDS[kind];
  const [field = ''] = fields;
  if (fields.length === 1) {
    const shown = SECRET.has(`${kind} ${field}`) ? '' : ` "${String(entity[field])}"`;
    return {
      code: field === 'id' ? 'duplicate-id' : 'duplicate-name',
      path: [...path, field],
      message: `duplicate ${field}${shown}: another ${noun} has it already, at {other}`,
      hint: `give one of the two ${plural(noun)} another ${field}`,
      other: [...other.path, field],
    };
  }
  return {
    code: 'duplicate-entity',
    path: [...path, nameField(kind)],
    message: `the same ${noun} twice: ${describe(kind, entity, fields)} stands already at {other}`,
    hint: SAME_HINTS[kind] ?? 'remove one of the two',
    other: [...other.path, nameField(kind)],
  };
}

/** Keys that are secrets: their values do not belong into messages. */
const SECRET: ReadonlySet<string> = new Set(['keyauth_credentials key', 'jwt_secrets key']);

const SAME_HINTS: Partial<Readonly<Record<EntityKind, string>>> = {
  plugins:
    'a plugin runs once for the same service, route and consumer: remove one of the two, or join their config',
  targets: 'remove one of the two, and add their weights',
};

function nameField(kind: EntityKind): string {
  return kind === 'targets' ? 'target' : kind === 'acls' ? 'group' : 'name';
}

function describe(
  kind: EntityKind,
  entity: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): string {
  const name = `"${String(entity[nameField(kind)])}"`;
  if (kind !== 'plugins') return name;
  const scopes = fields.slice(1).filter((field) => referenceText(entity[field]) !== undefined);
  if (scopes.length === 0) return name;
  return `${name} for ${scopes.map((field) => `${field} "${referenceText(entity[field])}"`).join(' and ')}`;
}

function sameId({ kind, path }: Placed, id: string, other: Placed): Finding {
  const { noun } = ENTITY_KINDS[kind];
  return {
    code: 'duplicate-id',
    path: [...path, 'id'],
    message: `duplicate id "${id}": another ${noun} has it already, at {other}`,
    hint: `give one of the two ${plural(noun)} another id`,
    other: other.path,
  };
}

function plural(noun: string): string {
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
