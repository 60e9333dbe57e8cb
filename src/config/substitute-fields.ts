import { isMapping, type Path, valueAt } from './finding.js';
import { pluginSchema } from './plugin-schemas.js';
import { type JsonSchema, SCHEMA_FILES, schemaDocument } from './schemas.js';

/** A piece of a schema, and the document its `$ref`s count from. */
export interface SchemaNode {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

const BRANCHES = ['allOf', 'anyOf', 'oneOf'] as const;
const CONDITIONS = ['then', 'else'] as const;

/** What the whole config is described by. */
export function configNode(): SchemaNode {
  const root = schemaDocument('kong.schema.json');
  return { schema: root, root };
}

const variants = new WeakMap<JsonSchema, readonly SchemaNode[]>();

/** Every schema that speaks of a value: the one given, and those it refers to or chooses from. */
export function variantsOf(node: SchemaNode, depth = 0): readonly SchemaNode[] {
  const known = variants.get(node.schema);
  if (known !== undefined) return known;
  if (depth > 20) return [];
  const found = findVariants(node, depth);
  variants.set(node.schema, found);
  return found;
}

function findVariants(node: SchemaNode, depth: number): readonly SchemaNode[] {
  const found = [node];
  const { schema, root } = node;
  const referred = typeof schema['$ref'] === 'string' ? follow(schema['$ref'], root) : undefined;
  if (referred !== undefined) found.push(...variantsOf(referred, depth + 1));
  for (const name of BRANCHES) {
    const branches = schema[name];
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) {
      if (isMapping(branch)) found.push(...variantsOf({ schema: branch, root }, depth + 1));
    }
  }
  for (const name of CONDITIONS) {
    const branch = schema[name];
    if (isMapping(branch)) found.push(...variantsOf({ schema: branch, root }, depth + 1));
  }
  return found;
}

function follow(reference: string, root: JsonSchema): SchemaNode | undefined {
  const [name = '', pointer = ''] = reference.split('#');
  const file = SCHEMA_FILES.find((known) => name === known || name.endsWith(`/${known}`));
  const document = name === '' ? root : file === undefined ? undefined : schemaDocument(file);
  let part: unknown = document;
  for (const step of pointer.split('/').slice(1)) part = isMapping(part) ? part[step] : undefined;
  return document !== undefined && isMapping(part) ? { schema: part, root: document } : undefined;
}

/** What the schemas say of the value at one more step. */
export function stepInto(nodes: readonly SchemaNode[], step: string | number): readonly SchemaNode[] {
  const found: SchemaNode[] = [];
  for (const { schema, root } of nodes) {
    for (const next of typeof step === 'number' ? itemsOf(schema) : fieldsOf(schema, step)) {
      found.push(...variantsOf({ schema: next, root }));
    }
  }
  return found;
}

function itemsOf({ items }: JsonSchema): readonly JsonSchema[] {
  return isMapping(items) ? [items] : [];
}

function fieldsOf(schema: JsonSchema, field: string): readonly JsonSchema[] {
  const { properties, additionalProperties } = schema;
  const own = isMapping(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined;
  if (isMapping(own)) return [own];
  return isMapping(additionalProperties) ? [additionalProperties] : [];
}

/**
 * What the schemas say of a field of a config, plugin configs and decK's keys included; empty where they say nothing.
 * The config itself may be invalid.
 */
export function schemasAt(config: Readonly<Record<string, unknown>>, path: Path): readonly SchemaNode[] {
  const from = pluginConfigAt(config, path);
  if (from !== undefined) {
    const schema = pluginSchema(from.plugin);
    if (schema === undefined) return [];
    return walk(variantsOf({ schema, root: schema }), path.slice(from.depth));
  }
  const [first, second, kind, ...rest] = path;
  if (first === '_info' && second === 'defaults' && typeof kind === 'string') {
    return walk(variantsOf(configNode()), [`${kind}s`, 0, ...rest]);
  }
  return walk(variantsOf(configNode()), path);
}

function walk(start: readonly SchemaNode[], path: Path): readonly SchemaNode[] {
  let nodes = start;
  for (const step of path) nodes = stepInto(nodes, step);
  return nodes;
}

interface PluginConfig {
  readonly plugin: string;
  /** How long the path of the plugin's `config` is. */
  readonly depth: number;
}

/** The plugin whose config a path leads into. */
export function pluginConfigAt(
  config: Readonly<Record<string, unknown>>,
  path: Path,
): PluginConfig | undefined {
  if (path[0] === '_plugin_configs' && typeof path[1] === 'string') {
    const plugin = pluginOfEntry(config, path[1]);
    return plugin === undefined ? undefined : { plugin, depth: 2 };
  }
  for (let at = 0; at + 2 < path.length; at += 1) {
    if (!isPluginList(path[at]) || typeof path[at + 1] !== 'number' || path[at + 2] !== 'config') continue;
    const entity = valueAt(config, path.slice(0, at + 2));
    const name = isMapping(entity) ? entity['name'] : undefined;
    return typeof name === 'string' ? { plugin: name, depth: at + 3 } : undefined;
  }
  return undefined;
}

function isPluginList(step: string | number | undefined): boolean {
  return step === 'plugins' || step === 'consumer_group_plugins';
}

/** Which plugin takes its settings from an entry of decK's `_plugin_configs`. */
export function pluginOfEntry(value: unknown, entry: string, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || depth > 8) return undefined;
  if (isMapping(value) && value['_config'] === entry && typeof value['name'] === 'string')
    return value['name'];
  for (const part of Object.values(value)) {
    const found = pluginOfEntry(part, entry, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The types a field may have. */
export function typesOf(nodes: readonly SchemaNode[]): ReadonlySet<string> {
  const types = new Set<string>();
  for (const { schema } of nodes) {
    const { type, enum: choices } = schema;
    for (const name of Array.isArray(type) ? type : [type]) if (typeof name === 'string') types.add(name);
    if (Array.isArray(choices))
      for (const choice of choices) if (typeof choice === 'string') types.add('string');
  }
  return types;
}

/** Whether any of the schemas carries an annotation. */
export function hasMark(nodes: readonly SchemaNode[], mark: 'x-secret' | 'x-referenceable'): boolean {
  return nodes.some(({ schema }) => schema[mark] === true);
}
