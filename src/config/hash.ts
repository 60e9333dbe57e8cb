import { createHash } from 'node:crypto';
import type { EntityLists } from './entities.js';
import { entityKinds } from './entity-kinds.js';
import { isMapping } from './finding.js';

/**
 * The hash of what a config says, as 32 lower-case hex digits: the same after a restart, for YAML and JSON, for any
 * order of keys, any formatting and comments, and whatever the times of creation and update are.
 */
export function hashConfig(lists: EntityLists): string {
  const hash = createHash('sha256');
  for (const kind of entityKinds) {
    const list = lists[kind];
    if (list.length > 0) hash.update(`${kind}\n`);
    for (const entity of list) hash.update(`${canonical(entity)}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

const TIMES: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

/** JSON with sorted keys, without absent fields and the times of creation and update. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMapping(value)) return String(value ?? null);
  const said = Object.keys(value).filter((key) => value[key] !== null && !TIMES.has(key));
  let text = '{';
  for (const key of said.sort()) text += `${JSON.stringify(key)}:${canonical(value[key])},`;
  return `${text}}`;
}
