import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  configFields,
  entityFields,
  entityKinds,
  entitySchema,
  SCHEMA_FILES,
  schemaDocument,
} from '#gateway/config/schemas.js';

describe('the schemas', () => {
  it('describe every field, and say its default where it has one', () => {
    const parts = [
      ...entityKinds.map((kind) => [kind, entityFields(kind)] as const),
      ...(['top', 'service', 'route', 'nested_route'] as const).map(
        (part) => [part, configFields(part)] as const,
      ),
    ];
    for (const [part, fields] of parts) {
      assert.ok(Object.keys(fields).length > 10, part);
      for (const [name, field] of Object.entries(fields)) {
        assert.equal(typeof field['description'], 'string', `${part}.${name} has no description`);
        const required =
          part === 'services' || part === 'service'
            ? name === 'host'
            : name === 'service' && part === 'nested_route';
        if (!required) assert.ok('default' in field, `${part}.${name} has no default`);
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

  it('refuse unknown fields at every level', () => {
    const text = JSON.stringify(schemaDocument('kong.schema.json'));
    assert.equal(text.split('"unevaluatedProperties":false').length - 1, 5);
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
