import { type Finding, isMapping, type Path, valueAt } from '../finding.js';
import { pluginWords } from './plugin-words.js';
import { type LintContext, warning } from './rule.js';

/** Lists of a consumer that say nothing about who uses it. */
const NO_USE: ReadonlySet<string> = new Set(['tags', '_ignore']);

/**
 * Consumers nobody can be: without credentials, groups and plugins, and named by no plugin. One with a custom_id may
 * be found by what stands outside of the config.
 */
export function findUnusedConsumers({ config, pathOf, value }: LintContext): readonly Finding[] {
  if (config.consumers.length === 0) return [];
  const used = usedIds({ config, value });
  const words = pluginWords(config);
  return config.consumers.flatMap((consumer) => {
    const { id, username, custom_id: customId } = consumer;
    const path = pathOf(consumer);
    if (path === undefined || customId !== null) return [];
    const names = [id, ...(username === null ? [] : [username])];
    if (names.some((name) => used.has(name) || words.has(name)) || hasLists(value, path)) return [];
    const message = 'nobody can be this consumer: it has no credentials, groups or plugins';
    return [warning('unused-consumer', path, message, 'add a credential, or remove the consumer')];
  });
}

function usedIds({ config, value }: Pick<LintContext, 'config' | 'value'>): ReadonlySet<string> {
  const { keyauth_credentials, basicauth_credentials, hmacauth_credentials, jwt_secrets, acls, plugins } =
    config;
  const credentials = [keyauth_credentials, basicauth_credentials, hmacauth_credentials, jwt_secrets, acls];
  const used = new Set(credentials.flatMap((list) => list.map(({ consumer }) => consumer.id)));
  for (const { consumer } of plugins) if (consumer !== null) used.add(consumer.id);
  for (const member of [...listAt(value, 'consumer_group_consumers'), ...groupMembers(value)]) {
    const name = isMapping(member) ? (member['consumer'] ?? member['username'] ?? member['id']) : member;
    const key = isMapping(name) ? (name['id'] ?? name['username'] ?? name['name']) : name;
    if (typeof key === 'string') used.add(key);
  }
  return used;
}

function groupMembers(value: Record<string, unknown>): readonly unknown[] {
  return listAt(value, 'consumer_groups').flatMap((group) =>
    isMapping(group) ? listAt(group, 'consumers') : [],
  );
}

function listAt(mapping: Record<string, unknown>, key: string): readonly unknown[] {
  const list = mapping[key];
  return Array.isArray(list) ? list : [];
}

function hasLists(value: Record<string, unknown>, path: Path): boolean {
  const written = valueAt(value, path);
  if (!isMapping(written)) return false;
  return Object.entries(written).some(
    ([key, list]) => Array.isArray(list) && list.length > 0 && !NO_USE.has(key),
  );
}
