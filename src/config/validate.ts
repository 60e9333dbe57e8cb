import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Finding, Path } from './finding.js';
import { isMapping } from './finding.js';
import {
  type ConfigPart,
  configFields,
  type EntityKind,
  entityFields,
  type JsonSchema,
  SCHEMA_FILES,
  schemaDocument,
} from './schemas.js';
import { type Breach, wordBreaches } from './wording.js';

/** Keywords that carry our wording and grouping; JSON Schema ignores keywords it does not know, and so do editors. */
const ANNOTATIONS = [
  'x-code',
  'x-hint',
  'x-kind',
  'x-message',
  'x-not-yet',
  'x-required-hint',
  'x-unless',
] as const;

const ENTITY_FILE: Readonly<Record<EntityKind, string>> = {
  services: 'service.schema.json',
  routes: 'route.schema.json',
};

const knownFields: Readonly<Record<ConfigPart, Readonly<Record<string, JsonSchema>>>> = {
  top: configFields('top'),
  service: configFields('service'),
  route: configFields('route'),
  nested_route: configFields('nested_route'),
};

/** Stops at the first error: enough to know that a config is valid, which is what most loads find out. */
const quick = createValidator(false);
/** Finds everything, at a price that only an invalid config pays. */
let thorough: Ajv2020 | undefined;

/** Checks a tidied config against the schemas. Returns nothing for a valid one. */
export function validateConfig(config: Record<string, unknown>): readonly Finding[] {
  if (validator(quick, 'kong.schema.json')(config)) return [];
  const breaches: Breach[] = [];
  for (const part of partsOf(config)) {
    breaches.push(...breachesOf(part));
    if (breaches.length > MAX_BREACHES) break;
  }
  return wordBreaches(breaches);
}

/** Checks a single tidied entity, with the paths of the findings counted from the entity. */
export function validateFields(kind: EntityKind, entity: unknown): readonly Finding[] {
  return wordBreaches(
    breachesOf({ schema: ENTITY_FILE[kind], value: entity, path: [], fields: entityFields(kind) }),
  );
}

/** Nobody reads more, and a hostile file could breach a rule a million times. */
const MAX_BREACHES = 10_000;

/** A piece of a config that is checked by itself. */
interface Part {
  readonly schema: string;
  readonly value: unknown;
  readonly path: Path;
  readonly fields: Readonly<Record<string, JsonSchema>>;
}

/** The top level and every entity, each without the entities in it: the library joins errors in quadratic time. */
function* partsOf(config: Record<string, unknown>): Generator<Part> {
  const { services, routes } = config;
  yield part('top', without(config, ['services', 'routes']), []);
  for (const [index, service] of itemsOf(services)) {
    const path = ['services', index];
    yield part('service', isMapping(service) ? without(service, ['routes']) : service, path);
    const nested = isMapping(service) ? service['routes'] : undefined;
    for (const [at, route] of itemsOf(nested)) yield part('nested_route', route, [...path, 'routes', at]);
  }
  for (const [index, route] of itemsOf(routes)) yield part('route', route, ['routes', index]);
}

function part(name: ConfigPart, value: unknown, path: Path): Part {
  const schema = name === 'top' ? 'kong.schema.json' : `kong.schema.json#/$defs/${name}`;
  return { schema, value, path, fields: knownFields[name] };
}

/** The same mapping with some of its lists empty. */
function without(mapping: Record<string, unknown>, lists: readonly string[]): Record<string, unknown> {
  const copy = { ...mapping };
  for (const list of lists) if (Array.isArray(copy[list])) copy[list] = [];
  return copy;
}

function itemsOf(list: unknown): Iterable<readonly [number, unknown]> {
  return Array.isArray(list) ? list.entries() : [];
}

function createValidator(all: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: all,
    verbose: all,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  });
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword, valid: true });
  for (const file of SCHEMA_FILES) ajv.addSchema(schemaDocument(file), file);
  return ajv;
}

function validator(ajv: Ajv2020, file: string): ValidateFunction {
  const validate = ajv.getSchema(file);
  if (validate === undefined) throw new TypeError(`there is no schema ${file}`);
  return validate;
}

/** The library's errors as breaches, without those that only repeat or prepare another one. */
function breachesOf({ schema, value, path: prefix, fields }: Part): readonly Breach[] {
  thorough ??= createValidator(true);
  const validate = validator(thorough, schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const choices = errors
    .filter(({ keyword }) => keyword === 'anyOf')
    .map(({ schemaPath }) => `${schemaPath}/`);
  const breaches: Breach[] = [];
  for (const error of errors.slice(0, MAX_BREACHES)) {
    const { keyword, schemaPath, params } = error;
    if (keyword === 'if' || keyword === 'propertyNames') continue;
    if (choices.some((choice) => schemaPath.startsWith(choice))) continue;
    const path = pathOf(error.instancePath, value);
    const known = path.length === 0 ? fields : {};
    const property: unknown = params['unevaluatedProperty'] ?? params['additionalProperty'];
    // A failed branch leaves its properties unevaluated, though the schema knows them.
    if (typeof property === 'string' && Object.hasOwn(known, property)) continue;
    breaches.push(
      toBreach(error, [...prefix, ...path], known, path.length === 1 ? fields[String(path[0])] : undefined),
    );
  }
  return breaches;
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
