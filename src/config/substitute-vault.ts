import { isMapping } from './finding.js';

/** `{vault://NAME/SECRET/key?prefix=P}` in its parts (https://docs.konghq.com/gateway/latest/kong-enterprise/secrets-management/reference-format/). */
export interface VaultReference {
  /** The vault's name, or the prefix of a vault entity. */
  readonly vault: string;
  readonly secret: string;
  /** Where in a secret that is JSON; empty for the secret as it is. */
  readonly keys: readonly string[];
  /** Given in the reference itself. */
  readonly prefix: string | undefined;
}

const REFERENCE = /^\{vault:\/\/([^/?#{}]+)\/([^?#{}]+)(?:\?([^#{}]*))?(?:#\d+)?\}$/;

/** Undefined for a text that is no reference; Kong knows only those that are the whole text. */
export function parseVaultReference(text: string): VaultReference | undefined {
  const [, vault = '', path = '', query = ''] = REFERENCE.exec(text) ?? [];
  const [secret = '', ...keys] = path.split('/').map(decoded);
  if (secret === '') return undefined;
  const prefix = new URLSearchParams(query).get('prefix');
  return { vault, secret, keys: keys.filter((key) => key !== ''), prefix: prefix ?? undefined };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone percent sign stands for itself.
    return part;
  }
}

/** The variable a reference to an env vault reads: prefix and name in upper case, dashes as underscores. */
export function vaultVariable(reference: VaultReference, prefix: string): string {
  return `${reference.prefix ?? prefix}${reference.secret}`.replaceAll('-', '_').toUpperCase();
}

/** What stands below the keys of a secret that is JSON: a text, as Kong wants it; undefined where there is none. */
export function pickFromSecret(secret: string, keys: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(secret);
  } catch {
    // Not JSON: there is nothing to pick from.
    return undefined;
  }
  for (const key of keys) {
    if (!isMapping(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return typeof value === 'string' ? value : undefined;
}

/**
 * The prefix of variables that a vault's name stands for: empty for `env` itself, that of the entity's config for a
 * vault of the file whose kind is env. Undefined for vaults that are not known here.
 */
export function envVaultPrefix(config: Readonly<Record<string, unknown>>, vault: string): string | undefined {
  const vaults = Array.isArray(config['vaults']) ? config['vaults'] : [];
  for (const entity of vaults) {
    if (!isMapping(entity) || entity['prefix'] !== vault) continue;
    if (entity['name'] !== 'env') return undefined;
    const settings = entity['config'];
    const prefix = isMapping(settings) ? settings['prefix'] : undefined;
    return typeof prefix === 'string' ? prefix : '';
  }
  return vault === 'env' ? '' : undefined;
}
