import type { EntityLists, GatewayConfig } from './entities.js';
import { isMapping, type Path } from './finding.js';

/** What is shown in the place of a value that must not be seen. */
export const MASK = '***';

/** A path as a JSON pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The steps of a JSON pointer. */
export function stepsOf(pointer: string): readonly string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The same value with every scalar at or below the paths masked. Nothing is changed in place, and what holds no
 * secret is shared with the original. A null stays: it says that there is no secret.
 */
export function maskAt<T>(value: T, paths: readonly Path[]): T;
export function maskAt(value: unknown, paths: readonly Path[]): unknown {
  let masked = value;
  for (const path of paths) masked = maskOne(masked, path);
  return masked;
}

function maskOne(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return maskAll(value);
  if (Array.isArray(value)) {
    const index = Number(step);
    return index in value ? value.with(index, maskOne(value[index], rest)) : value;
  }
  if (!isMapping(value) || !Object.hasOwn(value, step)) return value;
  return { ...value, [step]: maskOne(value[step], rest) };
}

function maskAll(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map(maskAll);
  if (!isMapping(value)) return MASK;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, maskAll(part)]));
}

/** One entity as it may be shown; `secrets` are those of its config. The very same object where it holds none. */
export function maskEntity<T extends { readonly id: string }>(
  kind: keyof EntityLists,
  entity: T,
  secrets: readonly string[],
): T {
  const paths = indexOf(secrets).get(`${kind}/${entity.id}`);
  return paths === undefined ? entity : maskAt(entity, paths);
}

/** A whole config as it may be shown: every entity masked, and the document too. */
export function maskConfig(config: GatewayConfig): GatewayConfig {
  const masked: Record<string, unknown> = { ...config };
  for (const pointer of indexOf(config.secrets).keys()) {
    const [kind = ''] = pointer.split('/', 1);
    const list = masked[kind];
    if (Array.isArray(list) && list === config[kind as keyof GatewayConfig]) {
      masked[kind] = list.map((entity) => maskEntity(kind as keyof EntityLists, entity, config.secrets));
    }
  }
  return { ...config, ...masked };
}

const indexes = new WeakMap<readonly string[], ReadonlyMap<string, readonly Path[]>>();

/** The secrets by the entity they belong to, `KIND/ID`. */
function indexOf(secrets: readonly string[]): ReadonlyMap<string, readonly Path[]> {
  const known = indexes.get(secrets);
  if (known !== undefined) return known;
  const index = new Map<string, Path[]>();
  for (const pointer of secrets) {
    const [kind = '', id = '', ...path] = stepsOf(pointer);
    const paths = index.get(`${kind}/${id}`) ?? [];
    if (paths.length === 0) index.set(`${kind}/${id}`, paths);
    paths.push(path);
  }
  indexes.set(secrets, index);
  return index;
}
