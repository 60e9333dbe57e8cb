import { ENTITY_KINDS, type EntityKind, entityKinds } from './entity-kinds.js';
import { type Finding, isMapping, type Path } from './finding.js';
import { listEntities, type Placed } from './placed.js';
import { nearest } from './suggest.js';

/** What has become of the places where values came from outside of the file. */
export interface Dialect {
  readonly findings: readonly Finding[];
  /** `outside`, and where shared values went. */
  readonly outside: readonly Path[];
}

/**
 * Brings what decK writes and Kong does not know into Kong's form, in place: shared plugin settings, default fields
 * and tags for all entities. What only says where decK writes to is dropped with a warning.
 */
export function applyDialect(value: Record<string, unknown>, outside: readonly Path[] = []): Dialect {
  const findings: Finding[] = [];
  const moved: Path[] = [];
  const placed = listEntities(value);
  for (const each of placed) {
    if (each.kind === 'plugins') takeSharedConfig(each, value['_plugin_configs'], outside, findings, moved);
  }
  applyInfo(value['_info'], placed);
  for (const field of ['_workspace', '_konnect']) {
    if (value[field] === undefined || value[field] === null) continue;
    findings.push({
      code: 'ignored-field',
      severity: 'warning',
      path: [field],
      at: 'key',
      message: 'has no meaning here and is left out',
      hint:
        field === '_workspace'
          ? 'there is one workspace; entities of several belong into several gateways'
          : 'it tells decK which Konnect control plane to write to: remove it',
    });
  }
  return { findings, outside: [...outside, ...moved] };
}

/** `_config: NAME` stands for the settings of that name; what the plugin says itself wins. */
function takeSharedConfig(
  { entity, path }: Placed,
  shared: unknown,
  outside: readonly Path[],
  findings: Finding[],
  moved: Path[],
): void {
  const name = entity['_config'];
  if (typeof name !== 'string') return;
  const configs = isMapping(shared) ? shared : {};
  const settings = Object.hasOwn(configs, name) ? configs[name] : undefined;
  if (settings === undefined) {
    const near = nearest(name, Object.keys(configs));
    findings.push({
      code: 'unknown-reference',
      path: [...path, '_config'],
      message: `there is no "${name}" in _plugin_configs`,
      hint: near === undefined ? `add ${name} to _plugin_configs` : `did you mean "${near}"?`,
    });
    return;
  }
  delete entity['_config'];
  const own = entity['config'];
  if (!isMapping(settings) || (own !== undefined && own !== null && !isMapping(own))) return;
  entity['config'] = { ...structuredClone(settings), ...own };
  for (const [key, from, field, ...rest] of outside) {
    const taken = key === '_plugin_configs' && from === name && field !== undefined;
    if (taken && !(own !== null && own !== undefined && Object.hasOwn(own, field)))
      moved.push([...path, 'config', field, ...rest]);
  }
}

/** The tags and default fields of `_info`, for every entity of the file. */
function applyInfo(info: unknown, placed: readonly Placed[]): void {
  if (!isMapping(info)) return;
  const { select_tags: tags, defaults } = info;
  const tagged = Array.isArray(tags) && tags.length > 0 ? tags : undefined;
  const byKind = isMapping(defaults) ? defaultsByKind(defaults) : undefined;
  if (tagged === undefined && byKind === undefined) return;
  // A part that aliases repeat is one object.
  for (const entity of new Set(placed.map((each) => each.entity))) {
    if (tagged !== undefined) addTags(entity, tagged);
  }
  for (const { kind, entity } of placed) addDefaults(entity, byKind?.get(kind));
}

function addTags(entity: Record<string, unknown>, tags: readonly unknown[]): void {
  const own = entity['tags'];
  if (own === undefined || own === null) entity['tags'] = [...tags];
  else if (Array.isArray(own)) entity['tags'] = [...own, ...tags.filter((tag) => !own.includes(tag))];
}

/** decK names the kinds in the singular; its plural counts too. */
function defaultsByKind(
  defaults: Readonly<Record<string, unknown>>,
): ReadonlyMap<EntityKind, Readonly<Record<string, unknown>>> {
  const found = new Map<EntityKind, Readonly<Record<string, unknown>>>();
  for (const kind of entityKinds) {
    const singular = ENTITY_KINDS[kind].schema.replace('.schema.json', '');
    const fields = defaults[singular] ?? defaults[kind];
    if (isMapping(fields)) found.set(kind, fields);
  }
  return found;
}

/** Fills in what an entity leaves out, in records inside it too. */
function addDefaults(
  entity: Record<string, unknown>,
  defaults: Readonly<Record<string, unknown>> | undefined,
): void {
  for (const [field, value] of Object.entries(defaults ?? {})) {
    const own = entity[field];
    // The url of a service says these itself.
    if (entity['url'] !== undefined && ['protocol', 'host', 'port', 'path'].includes(field)) continue;
    if (own === undefined) entity[field] = structuredClone(value);
    else if (isMapping(own) && isMapping(value)) addDefaults(own, value);
  }
}
