import { type Answer, notFound, unsupported } from './answer.js';
import type { AdminEntity, EntityKind } from './entity-kind.js';
import type { AdminRequest } from './request.js';
import { parseBody } from './request-body.js';
import { schemaViolation } from './schema-violation.js';

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The answer to a POST on a collection: like Kong without a database, the entity is checked first, then refused. */
export function create(kind: EntityKind, request: AdminRequest, fixed: Fields = {}): Answer {
  return checked(kind, request, fixed) ?? refuse('create', kind);
}

/** The answer to a PUT: the entity in the body, called as the path says. */
export function createOrUpdate(
  kind: EntityKind,
  request: AdminRequest,
  idOrKey: string,
  fixed: Fields = {},
): Answer {
  const field = fieldOf(kind, idOrKey);
  const named = { ...fixed, [field ?? 'id']: idOrKey };
  return checked(kind, request, named) ?? refuse('create or update', kind, field);
}

/** The answer to a PATCH: the entity that serves, with the fields of the body put over its own. */
export function update(
  kind: EntityKind,
  request: AdminRequest,
  entity: AdminEntity | undefined,
  idOrKey: string,
): Answer {
  if (entity === undefined) return notFound();
  const current = Object.fromEntries(Object.entries(entity).filter(([, value]) => value !== null));
  return checked(kind, request, {}, current) ?? refuse('update', kind, fieldOf(kind, idOrKey));
}

/** The answer to a DELETE. Where there is nothing to remove the wish is already met, as in Kong: 204. */
export function remove(kind: EntityKind, entity: AdminEntity | undefined, idOrKey: string): Answer {
  return entity === undefined ? { status: 204 } : refuse('remove', kind, fieldOf(kind, idOrKey));
}

/** The 400 of a body that cannot be read or breaks rules; undefined for a good one. */
function checked(
  kind: EntityKind,
  request: AdminRequest,
  fixed: Fields,
  current: Fields = {},
): Answer | undefined {
  const body = parseBody(request, kind.rules?.schema() ?? {});
  if (body.refusal !== undefined) return body.refusal;
  const violations = kind.rules?.validate({ ...current, ...body.entity, ...fixed }) ?? [];
  return violations.length === 0 ? undefined : schemaViolation(violations);
}

/** The field an entity was named by, where it was not its id. */
function fieldOf(kind: EntityKind, idOrKey: string): string | null {
  return UUID.test(idOrKey) ? null : kind.key;
}

function refuse(operation: string, kind: EntityKind, field: string | null = null): Answer {
  const by = field === null ? '' : ` by '${field}'`;
  return unsupported(`cannot ${operation} '${kind.name}' entities${by} when not using a database`);
}
