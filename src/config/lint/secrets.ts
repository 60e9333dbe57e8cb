import type { EntityLists } from '../entities.js';
import { type Finding, type Path, valueAt } from '../finding.js';
import { stepsOf } from '../mask.js';
import { type LintContext, warning } from './rule.js';

/** Secrets that stand in the file itself, where everybody who reads the repository reads them. */
export function findPlainSecrets(context: LintContext): readonly Finding[] {
  const { config, pathOf, value } = context;
  const outside = new Set(context.outside.map((path) => JSON.stringify(path)));
  const entities = new Map<string, object>();
  const found: Finding[] = [];
  for (const pointer of config.secrets) {
    const [kind = '', id = '', ...field] = stepsOf(pointer);
    // Without the transformation, the file holds the hash of a password.
    if (kind === 'basicauth_credentials' && !config.transform) continue;
    if (entities.size === 0) index(config, entities);
    const entity = entities.get(`${kind}/${id}`);
    const path = entity === undefined ? undefined : pathOf(entity);
    if (path === undefined) continue;
    const place = placeOf(value, path, field);
    if (outside.has(JSON.stringify(place)) || !isPlain(valueAt(value, place))) continue;
    found.push(warning('plain-secret', place, 'a secret in plain text', HINT));
  }
  return found;
}

const HINT = 'take it from the environment: write ${NAME} in its place';

function index(config: EntityLists, entities: Map<string, object>): void {
  for (const [kind, list] of Object.entries(config)) {
    if (!Array.isArray(list)) continue;
    for (const entity of list) if (hasId(entity)) entities.set(`${kind}/${entity.id}`, entity);
  }
}

function hasId(entity: unknown): entity is { readonly id: string } {
  return typeof entity === 'object' && entity !== null && 'id' in entity;
}

/** The steps of a pointer as those of a path: the items of a list are numbered. */
function placeOf(value: Record<string, unknown>, entity: Path, field: readonly string[]): Path {
  let path = entity;
  for (const step of field) {
    path = [...path, Array.isArray(valueAt(value, path)) ? Number(step) : step];
  }
  return path;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/^\{vault:\/\/.*\}$/.test(value);
}
