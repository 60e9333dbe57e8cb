import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { ENTITY_KINDS, type EntityKind, isEntityKind, nestedLists } from './entity-kinds.js';
import type { Finding, Path } from './finding.js';
import { isMapping } from './finding.js';
import { listEntities, type Placed } from './placed.js';
import {
  entityFields,
  type JsonSchema,
  partFields,
  partName,
  SCHEMA_FILES,
  schemaDocument,
  topFields,
} from './schemas.js';
import { type Breach, wordBreaches } from './wording.js';

/** Keywords that carry our wording and grouping; JSON Schema ignores keywords it does not know, and so do editors. */
const ANNOTATIONS = [
  'x-allowed-protocols',
  'x-code',
  'x-distinct',
  'x-format',
  'x-hint',
  'x-kind',
  'x-message',
  'x-old-default',
  'x-overrides',
  'x-protocols',
  'x-referenceable',
  'x-replaced-by',
  'x-replaced-null',
  'x-replaced-values',
  'x-required-hint',
  'x-scopes',
  'x-secret',
  'x-shorthand',
  'x-shown',
  'x-unless',
] as const;

/** The name under which the library knows the top level. */
const TOP = 'top';

/** Stops at the first error: enough to know that a config is valid, which is what most loads find out. */
const quick = createValidator(false);
/** Finds everything, at a price that only an invalid config pays. */
let thorough: Ajv2020 | undefined;

/** Checks a tidied config against the schemas. Returns nothing for a valid one. */
export function validateConfig(
  config: Record<string, unknown>,
  placed: readonly Placed[] = listEntities(config),
): readonly Finding[] {
  const breaches: Breach[] = [...disguisedFields(config, placed)];
  for (const part of partsOf(config)) {
    if (!validator(quick, part.schema)(part.value)) breaches.push(...breachesOf(part));
    if (breaches.length > MAX_BREACHES) break;
  }
  return wordBreaches(breaches);
}

/** Checks a single tidied entity, with the paths of the findings counted from the entity. */
export function validateFields(kind: EntityKind, entity: Record<string, unknown>): readonly Finding[] {
  const fields = entityFields(kind);
  const part = { schema: ENTITY_KINDS[kind].schema, value: entity, path: [], fields };
  return wordBreaches([...disguisedIn(entity, [], fields), ...breachesOf(part)]);
}

/** Checks a value against a schema that is all in one piece; the paths of the findings begin with `path`. */
export function validateAgainst(schema: JsonSchema, value: unknown, path: Path): readonly Finding[] {
  const odd = isMapping(value) && Object.keys(value).some((key) => key in Object.prototype);
  if (!odd && validator(quick, schema)(value)) return [];
  const fields = propertiesIn(schema);
  const disguised = isMapping(value) ? disguisedIn(value, path, fields) : [];
  return wordBreaches([...disguised, ...breachesOf({ schema, value, path, fields })]);
}

/**
 * Fields called like something every JavaScript object has, `toString` for example: the library takes them for known
 * ones.
 */
function disguisedFields(config: Record<string, unknown>, placed: readonly Placed[]): readonly Breach[] {
  const breaches = [...disguisedIn(config, [], TOP_FIELDS)];
  for (const { kind, entity, path, parent } of placed) {
    for (const key in entity) {
      if (key in Object.prototype)
        breaches.push(...disguisedIn(entity, path, partFields(kind, parent?.kind)));
    }
  }
  return breaches;
}

function disguisedIn(
  value: Record<string, unknown>,
  path: Path,
  fields: Readonly<Record<string, JsonSchema>>,
): readonly Breach[] {
  return Object.keys(value)
    .filter((key) => key in Object.prototype && !Object.hasOwn(fields, key))
    .map((key) => ({
      ...{ keyword: 'unevaluatedProperties', path, params: { unevaluatedProperty: key } },
      ...{ schema: {}, value: value[key], inKey: undefined, fields, declared: {} },
    }));
}

const TOP_FIELDS = topFields();

/** Nobody reads more, and a hostile file could breach a rule a million times. */
const MAX_BREACHES = 10_000;

/** A piece of a config that is checked by itself. */
interface Part {
  /** The name of a schema of `schemas/`, or a schema. */
  readonly schema: string | JsonSchema;
  readonly value: unknown;
  readonly path: Path;
  readonly fields: Readonly<Record<string, JsonSchema>>;
}

/** The top level and every entity, each by itself: the library joins errors in quadratic time. */
function* partsOf(config: Record<string, unknown>): Generator<Part> {
  yield { schema: TOP, value: config, path: [], fields: TOP_FIELDS };
  for (const kind of Object.keys(config).filter(isEntityKind)) yield* partsIn(config[kind], kind, [kind]);
}

function* partsIn(list: unknown, kind: EntityKind, path: Path, parent?: EntityKind): Generator<Part> {
  if (!Array.isArray(list)) return;
  const inside = nestedLists(kind).map((nested) => nested.kind);
  const schema = partName(kind, parent);
  const fields = partFields(kind, parent);
  for (const [index, value] of list.entries()) {
    const here = [...path, index];
    yield { schema, value, path: here, fields };
    if (!isMapping(value)) continue;
    for (const nested of inside) {
      if (value[nested] !== undefined) yield* partsIn(value[nested], nested, [...here, nested], kind);
    }
  }
}

/** The parts of `kong.schema.json`, without what their lists of entities hold: each entity is checked by itself. */
function configParts(): readonly (readonly [string, JsonSchema])[] {
  const { $defs, ...top } = schemaDocument('kong.schema.json');
  const parts = isMapping($defs) ? Object.entries($defs) : [];
  return [[TOP, top] as const, ...parts].map(([name, part]) => {
    const { properties, ...rest }: JsonSchema = isMapping(part) ? part : {};
    const open = Object.entries(isMapping(properties) ? properties : {}).map(([field, schema]) =>
      isEntityKind(field) && isMapping(schema) ? [field, without(schema, 'items')] : [field, schema],
    );
    return [name, { ...rest, properties: Object.fromEntries(open) }];
  });
}

function without(schema: JsonSchema, keyword: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
}

function createValidator(all: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: all,
    verbose: all,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    // The schemas are ours, and a test validates them.
    validateSchema: false,
    // Most processes validate once: tidier code would cost more than it saves.
    code: { optimize: false },
  });
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword, valid: true });
  for (const file of SCHEMA_FILES) ajv.addSchema(schemaDocument(file), file);
  for (const [name, part] of configParts()) ajv.addSchema(part, name);
  // For editors only: here the config of a plugin is checked on its own, so that only the plugins in use cost time.
  ajv.addSchema({}, 'plugin-configs.schema.json');
  return ajv;
}

function validator(ajv: Ajv2020, schema: string | JsonSchema): ValidateFunction {
  // The library remembers what it has compiled.
  if (typeof schema !== 'string') return ajv.compile(schema);
  const validate = ajv.getSchema(schema);
  if (validate === undefined) throw new TypeError(`there is no schema ${schema}`);
  return validate;
}

/** The library's errors as breaches, without those that only repeat or prepare another one. */
function breachesOf({ schema, value, path: prefix, fields }: Part): readonly Breach[] {
  thorough ??= createValidator(true);
  const validate = validator(thorough, schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf');
  const breaches: Breach[] = [];
  for (const error of errors.slice(0, MAX_BREACHES)) {
    const { keyword, params } = error;
    if (keyword === 'if' || keyword === 'propertyNames') continue;
    if (choices.some((choice) => isBranchOf(choice, error))) continue;
    const path = pathOf(error.instancePath, value);
    // A rule of several fields says in its own words why it needs one.
    const known = { ...(path.length === 0 ? fields : {}), ...propertiesIn(error.parentSchema) };
    const property: unknown = params['unevaluatedProperty'] ?? params['additionalProperty'];
    // A failed branch leaves its properties unevaluated, though the schema knows them.
    if (typeof property === 'string' && Object.hasOwn(known, property)) continue;
    breaches.push(
      toBreach(error, [...prefix, ...path], known, path.length === 1 ? fields[String(path[0])] : undefined),
    );
  }
  return breaches;
}

/** Whether an error is about one of the branches of a choice that failed as a whole. */
function isBranchOf(choice: ErrorObject, error: ErrorObject): boolean {
  if (error === choice) return false;
  if (error.schemaPath.startsWith(`${choice.schemaPath}/`)) return true;
  const { 'x-unless': isRule }: Readonly<Record<string, unknown>> = choice.parentSchema ?? {};
  const { 'x-code': code }: Readonly<Record<string, unknown>> = error.parentSchema ?? {};
  // Branches behind a $ref have the path of another schema.
  return isRule === undefined && code === undefined && error.instancePath.startsWith(choice.instancePath);
}

function propertiesIn(schema: unknown): Readonly<Record<string, JsonSchema>> {
  const properties = isMapping(schema) && isMapping(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonSchema] => isMapping(entry[1])),
  );
}

function toBreach(
  error: ErrorObject,
  path: Path,
  fields: Readonly<Record<string, JsonSchema>>,
  declared: JsonSchema = {},
): Breach {
  return {
    keyword: error.keyword,
    path,
    params: error.params,
    schema: isMapping(error.parentSchema) ? error.parentSchema : {},
    value: error.propertyName ?? error.data,
    inKey: error.propertyName,
    fields,
    declared,
  };
}

/** A JSON pointer (RFC 6901) as keys and indexes; a number is an index where a list is. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      const index = Number(key);
      path.push(index);
      value = value[index];
    } else {
      path.push(key);
      value = isMapping(value) ? value[key] : undefined;
    }
  }
  return path;
}
