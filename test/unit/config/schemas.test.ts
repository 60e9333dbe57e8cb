import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ENTITY_KINDS, type EntityKind, entityKinds, nestedLists } from '#gateway/config/entity-kinds.js';
import {
  entityFields,
  entitySchema,
  type JsonSchema,
  partFields,
  partName,
  SCHEMA_FILES,
  schemaDocument,
  topFields,
} from '#gateway/config/schemas.js';
import { root } from '../../helpers/root.js';

/** Every kind by itself, and where it is nested. */
const parts: readonly (readonly [EntityKind, EntityKind | undefined])[] = entityKinds.flatMap((kind) => [
  [kind, undefined] as const,
  ...entityKinds
    .filter((parent) => nestedLists(parent).some((list) => list.kind === kind))
    .map((parent) => [kind, parent] as const),
]);

function mappingAt(document: JsonSchema, ...steps: readonly string[]): JsonSchema {
  let value: unknown = document;
  for (const step of steps) {
    assert.ok(typeof value === 'object' && value !== null, steps.join('.'));
    value = Reflect.get(value, step);
  }
  assert.ok(typeof value === 'object' && value !== null, steps.join('.'));
  return value as JsonSchema;
}

describe('the schemas', () => {
  it('are valid JSON Schemas of draft 2020-12, those of plugins too', () => {
    const ajv = new Ajv2020({ strict: false });
    const folder = join(root, 'schemas');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    assert.ok(files.length > 50);
    for (const file of files) {
      const document: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      assert.ok(typeof document === 'object' && document !== null);
      assert.ok(ajv.validateSchema(document), `${file}: ${ajv.errorsText()}`);
    }
  });

  it('describe every field, and say its default unless it is required', () => {
    const described = [
      ['top', topFields()] as const,
      ...parts.map(([kind, parent]) => [partName(kind, parent), partFields(kind, parent)] as const),
    ];
    const required = new Set(entityKinds.flatMap((kind) => [entitySchema(kind)['required']].flat()));
    for (const [part, fields] of described) {
      assert.ok(Object.keys(fields).length > 5, part);
      for (const [name, field] of Object.entries(fields)) {
        assert.equal(typeof field['description'], 'string', `${part}.${name} has no description`);
        const only = field['type'] === 'null' || name === 'host' || required.has(name);
        if (!only) assert.ok('default' in field, `${part}.${name} has no default`);
      }
    }
  });

  it('have defaults that are allowed', () => {
    for (const kind of entityKinds) {
      for (const [name, field] of Object.entries(entityFields(kind))) {
        const types = [field['type']].flat();
        const value = field['default'];
        const type =
          value === null
            ? 'null'
            : Array.isArray(value)
              ? 'array'
              : Number.isInteger(value)
                ? 'integer'
                : typeof value;
        if (value !== undefined && field['type'] !== undefined)
          assert.ok(types.includes(type), `${kind}.${name}`);
      }
    }
  });

  it('agree with the table of kinds: every list, nested list and reference is there', () => {
    const kong = schemaDocument('kong.schema.json');
    const names = parts.map(([kind, parent]) => partName(kind, parent)).sort();
    assert.deepEqual(Object.keys(mappingAt(kong, '$defs')).sort(), names);
    for (const kind of entityKinds) {
      const { $ref } = mappingAt(kong, 'properties', kind, 'items');
      assert.equal($ref, `#/$defs/${partName(kind)}`);
      for (const field of Object.keys(ENTITY_KINDS[kind].references))
        assert.ok(entityFields(kind)[field], field);
      for (const field of ENTITY_KINDS[kind].unique.flat()) assert.ok(entityFields(kind)[field], field);
    }
    for (const [parent, within] of parts) {
      for (const { kind, field } of nestedLists(parent)) {
        const name = partName(parent, within);
        const { $ref } = mappingAt(kong, '$defs', name, 'properties', kind, 'items');
        assert.equal($ref, `#/$defs/${partName(kind, parent)}`, name);
        assert.equal(partFields(kind, parent)[field]?.['type'], 'null', `${name}.${kind}.${field}`);
      }
    }
  });

  it('refuse unknown fields at every level', () => {
    const kong = schemaDocument('kong.schema.json');
    for (const [kind, parent] of parts) {
      const name = partName(kind, parent);
      assert.equal(mappingAt(kong, '$defs', name)['unevaluatedProperties'], false, name);
      assert.equal(schemaDocument(ENTITY_KINDS[kind].schema)['unevaluatedProperties'], false, kind);
    }
    assert.equal(kong['unevaluatedProperties'], false);
  });

  it('name only files and definitions that exist', () => {
    for (const file of SCHEMA_FILES) {
      for (const [, target, name] of JSON.stringify(schemaDocument(file)).matchAll(
        /"\$ref":"([^"#]*)#\/\$defs\/([^"]+)"/g,
      )) {
        const document = schemaDocument(SCHEMA_FILES.find((known) => known === target) ?? file);
        assert.ok(
          name !== undefined && Object.hasOwn(document['$defs'] as object, name),
          `${file}: ${target}#${name}`,
        );
      }
    }
  });

  it('come in one piece for the Admin API', () => {
    for (const kind of entityKinds) {
      const schema = entitySchema(kind);
      assert.doesNotMatch(JSON.stringify(schema), /"\$ref":"common/);
      assert.equal(schema['unevaluatedProperties'], false);
      assert.equal(entitySchema(kind), schema);
    }
    assert.deepEqual(entityFields('services')['connect_timeout']?.['default'], 60000);
  });
});
