import { isMapping } from './finding.js';
import { pluginNames, pluginSchema } from './plugin-schemas.js';
import { type JsonSchema, SCHEMA_FILES, schemaDocument } from './schemas.js';

const ROOT = 'kong.schema.json';

/**
 * The schema of a whole file in one piece, for editors: every file of `schemas/` under `$defs`, and the settings of
 * every plugin by its name.
 */
export function wholeSchema(): JsonSchema {
  const root = rewrite(schemaDocument(ROOT), ROOT);
  const own = isMapping(root) ? root : {};
  const others = SCHEMA_FILES.filter((file) => file !== ROOT);
  const $defs: Record<string, unknown> = { ...(isMapping(own['$defs']) ? own['$defs'] : {}) };
  for (const file of others) $defs[file] = embedded(schemaDocument(file), file);
  for (const name of pluginNames)
    $defs[pluginKey(name)] = embedded(withoutFilledIn(pluginSchema(name) ?? {}), pluginKey(name));
  // A plugin stands at the top and in services, routes, consumers and groups; its fields stand here only.
  const plugin = $defs['plugin.schema.json'];
  if (isMapping(plugin)) $defs['plugin.schema.json'] = withSettings(plugin);
  return { ...own, $defs };
}

function pluginKey(name: string): string {
  return `plugin ${name}`;
}

/** A document without what only a file of its own has. */
function embedded(document: JsonSchema, file: string): unknown {
  const { $schema: _, $id: _id, ...rest } = document;
  return rewrite(rest, file);
}

/** References between files become references inside of the one document. */
function rewrite(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, file));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string' ? reference(part, file) : rewrite(part, file),
    ]),
  );
}

/** The settings of plugins are checked with all defaults filled in, a file is not: what has one is not required there. */
function withoutFilledIn(document: JsonSchema): JsonSchema {
  const filled = new Set<string>();
  collectFilled(document, filled);
  const relaxed = relax(document, filled);
  return isMapping(relaxed) ? relaxed : document;
}

function collectFilled(value: unknown, filled: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const properties = isMapping(value) ? value['properties'] : undefined;
  for (const [name, field] of isMapping(properties) ? Object.entries(properties) : []) {
    if (isMapping(field) && (field['default'] ?? null) !== null) filled.add(name);
  }
  for (const part of Object.values(value)) collectFilled(part, filled);
}

function relax(value: unknown, filled: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => relax(item, filled));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      // A condition has to be met by what is written.
      if (key === 'if' || key === 'not') return [key, part];
      if (key === 'required' && Array.isArray(part))
        return [key, part.filter((name) => !filled.has(String(name)))];
      return [key, relax(part, filled)];
    }),
  );
}

function reference(ref: string, file: string): string {
  const [path = '', pointer = ''] = ref.split('#');
  const target = path === '' ? file : path.slice(path.lastIndexOf('/') + 1);
  const base = target === ROOT ? '' : `/$defs/${encodeURIComponent(target)}`;
  return `#${base}${pointer}`;
}

/** The fields of a plugin, with the settings that go with its name. */
function withSettings(plugin: Record<string, unknown>): Record<string, unknown> {
  const { $defs } = plugin;
  const fields = isMapping($defs) ? $defs['fields'] : undefined;
  if (!isMapping($defs) || !isMapping(fields)) return plugin;
  const rules = pluginNames.map((name) => ({
    if: { required: ['name'], properties: { name: { const: name } } },
    // biome-ignore lint/suspicious/noThenProperty: this is JSON Schema's keyword.
    then: {
      properties: { config: { anyOf: [{ type: 'null' }, { $ref: reference('#', pluginKey(name)) }] } },
    },
  }));
  // They take the place of plugin-configs.schema.json, which says the same in files of their own.
  return { ...plugin, $defs: { ...$defs, fields: { ...fields, allOf: rules } } };
}
