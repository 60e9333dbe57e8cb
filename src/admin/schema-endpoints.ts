import { pluginSchema } from '../config/plugin-schemas.js';
import { type Answer, notFound, ok } from './answer.js';
import type { EntityKind, EntityRules } from './entity-kind.js';
import { kongField, kongSchema } from './kong-schema.js';
import { parseBody } from './request-body.js';
import type { Endpoint } from './routing-table.js';
import { schemaViolation } from './schema-violation.js';

/** `/schemas/{entity}`, and a check of an entity that stores nothing. */
export function schemaEndpoints(kinds: readonly EntityKind[]): readonly Endpoint[] {
  const nested = new Set(kinds.flatMap(({ name, nestedPath }) => [name, nestedPath]));
  const withRules = (name: string, answer: (kind: EntityKind, rules: EntityRules) => Answer): Answer => {
    const kind = kinds.find((candidate) => candidate.name === name);
    if (kind === undefined || kind.rules === null) return notFound(`No entity named '${name}'`);
    return answer(kind, kind.rules);
  };
  return [
    {
      pattern: '/schemas/{name}',
      methods: {
        GET: (_request, _view, { name = '' }) =>
          withRules(name, (kind, rules) => ok(kongSchema(rules.schema(), { ...kind, nested }))),
      },
    },
    {
      pattern: '/schemas/{name}/validate',
      methods: {
        POST: (request, _view, { name = '' }) =>
          withRules(name, (_kind, rules) => {
            const body = parseBody(request, rules.schema());
            if (body.refusal !== undefined) return body.refusal;
            const violations = rules.validate(body.entity);
            return violations.length > 0
              ? schemaViolation(violations)
              : ok({ message: 'schema validation successful' });
          }),
      },
    },
    {
      pattern: '/schemas/plugins/{name}',
      methods: { GET: (_request, _view, { name = '' }) => pluginAnswer(name) },
    },
  ];
}

/** What a plugin of this name can be told, in Kong's schema language. */
function pluginAnswer(name: string): Answer {
  const schema = pluginSchema(name);
  if (schema === undefined) return notFound(`No plugin named '${name}'`);
  return ok({ fields: [{ config: { ...kongField(schema), required: true } }] });
}
