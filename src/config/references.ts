import { type Finding, isMapping, type Path } from './finding.js';
import { stableId } from './ids.js';
import { checkPattern, checkRoutePath, isLegacyFormat, type PathFault } from './route-path.js';
import type { EntityKind } from './schemas.js';
import { nearestFew } from './suggest.js';

/** An entity of the file and where it stands. */
export interface Placed {
  readonly kind: EntityKind;
  readonly path: Path;
  readonly entity: Record<string, unknown>;
  /** The service it is nested in. */
  readonly parent?: Record<string, unknown>;
}

/** The services and routes of a config in the order of the file. It may be invalid: what is no mapping is left out. */
export function listEntities(config: Record<string, unknown>): readonly Placed[] {
  const placed: Placed[] = [];
  // Key order is the order of the file: a file may well begin with its routes.
  for (const key of Object.keys(config)) {
    if (key === 'services' || key === 'routes') addEntities(placed, key, config[key], [key]);
  }
  return placed;
}

function addEntities(
  placed: Placed[],
  kind: EntityKind,
  list: unknown,
  path: Path,
  parent?: Record<string, unknown>,
): void {
  if (!Array.isArray(list)) return;
  for (const [index, entity] of list.entries()) {
    if (!isMapping(entity)) continue;
    const here = [...path, index];
    placed.push(parent === undefined ? { kind, path: here, entity } : { kind, path: here, entity, parent });
    if (kind === 'services') addEntities(placed, 'routes', entity['routes'], [...here, 'routes'], entity);
  }
}

/**
 * The rules that reach over several entities (unique names and ids, references) or that a schema cannot tell (paths
 * and patterns). Works on an invalid config too, so that all mistakes come at once.
 */
export function checkReferences(config: Record<string, unknown>): readonly Finding[] {
  const placed = listEntities(config);
  const services = placed.filter(({ kind }) => kind === 'services');
  const routes = placed.filter(({ kind }) => kind === 'routes');
  const legacy = isLegacyFormat(config['_format_version']);
  return [
    ...checkUnique('services', services),
    ...checkUnique('routes', routes),
    ...(isList(config['services']) ? checkServices(routes, services) : []),
    ...routes.flatMap(({ path, entity }) => checkRoute(entity, path, legacy)),
  ];
}

function checkUnique(kind: EntityKind, placed: readonly Placed[]): readonly Finding[] {
  const findings: Finding[] = [];
  const names = new Map<string, Path>();
  const ids = new Map<string, Path>();
  for (const { entity, path } of placed) {
    const name = stringOf(entity['name']);
    const id = stringOf(entity['id'])?.toLowerCase();
    const sameName = name === undefined ? undefined : names.get(name);
    if (name !== undefined && sameName !== undefined)
      findings.push(duplicate(kind, 'name', name, [...path, 'name'], [...sameName, 'name']));
    else if (name !== undefined) names.set(name, path);
    const key = id ?? (name === undefined ? undefined : stableId(kind, name));
    const sameId = key === undefined ? undefined : ids.get(key);
    if (key === undefined) continue;
    if (sameId === undefined) ids.set(key, path);
    else if (id !== undefined) findings.push(duplicate(kind, 'id', id, [...path, 'id'], sameId));
  }
  return findings;
}

function duplicate(kind: EntityKind, field: 'name' | 'id', value: string, path: Path, other: Path): Finding {
  const noun = kind === 'services' ? 'service' : 'route';
  const message = `duplicate ${field} "${value}": another ${noun} has it already, at {other}`;
  return {
    code: `duplicate-${field}`,
    path,
    message,
    hint: `give one of the two ${noun}s another ${field}`,
    other,
  };
}

/** Near names are looked up for so many references only: each one is compared with every service. */
const MAX_SUGGESTED = 50;

function checkServices(routes: readonly Placed[], services: readonly Placed[]): readonly Finding[] {
  const known = keysOf(services);
  const names = services.flatMap(({ entity: { name } }) => (typeof name === 'string' ? [name] : []));
  const findings: Finding[] = [];
  for (const { path, entity, parent } of routes) {
    const { service } = entity;
    const wanted = isMapping(service)
      ? (stringOf(service['name']) ?? stringOf(service['id']))
      : stringOf(service);
    if (parent !== undefined || wanted === undefined || wanted === '' || known.has(wanted)) continue;
    const near = findings.length < MAX_SUGGESTED ? nearestFew(wanted, names, 3) : [];
    const message = `there is no service with the name or id "${wanted}"`;
    findings.push({
      code: 'unknown-reference',
      path: [...path, 'service'],
      message,
      hint: hintFor(near, names),
    });
  }
  return findings;
}

function hintFor(near: readonly string[], names: readonly string[]): string {
  if (near.length > 0) return `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  if (names.length === 0) return 'the file has no named service: add one';
  const some = names.slice(0, 5).join(', ');
  return `write the name or id of a service of this file: ${some}${names.length > 5 ? ', ...' : ''}`;
}

/** What a service can be called by: its name, its id, and the id that follows from its name. */
function keysOf(services: readonly Placed[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { entity } of services) {
    const name = stringOf(entity['name']);
    const id = stringOf(entity['id']);
    if (name !== undefined) keys.add(name).add(stableId('services', name));
    if (id !== undefined) keys.add(id);
  }
  return keys;
}

/** The rules of a single route that a schema cannot tell. */
export function checkRoute(
  route: Readonly<Record<string, unknown>>,
  path: Path,
  legacy: boolean,
): readonly Finding[] {
  const findings: Finding[] = [];
  const check = (value: unknown, at: Path, judge: (text: string) => PathFault | undefined): void => {
    const fault = typeof value === 'string' ? judge(value) : undefined;
    if (fault !== undefined) findings.push({ ...fault, path: at });
  };
  const { paths, headers } = route;
  if (Array.isArray(paths)) {
    for (const [index, value] of paths.entries()) {
      check(value, [...path, 'paths', index], (text) => checkRoutePath(text, legacy));
    }
  }
  for (const [name, values] of isMapping(headers) ? Object.entries(headers) : []) {
    if (!Array.isArray(values)) continue;
    for (const [index, value] of values.entries()) {
      check(value, [...path, 'headers', name, index], (text) =>
        text.startsWith('~*') ? checkPattern(text.slice(2), '~*') : undefined,
      );
    }
  }
  return findings;
}

/** A list, or nothing: anything else has an issue of its own, from which missing services only follow. */
function isList(value: unknown): boolean {
  return value === undefined || Array.isArray(value);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
