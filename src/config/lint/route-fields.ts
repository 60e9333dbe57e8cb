import type { Plugin, Route } from '../entities.js';
import { type Finding, type Path, valueAt } from '../finding.js';
import { type LintContext, warning } from './rule.js';

/** Fields of routes that do nothing, or do not do what they seem to. */
export function checkRouteFields({ config, pathOf, value }: LintContext): readonly Finding[] {
  const acting = pluginScopes(config.plugins);
  return config.routes.flatMap((route) => {
    const path = pathOf(route);
    if (path === undefined) return [];
    return [
      ...duplicates(path, value),
      ...idlePriority(route, path),
      ...idleRedirect(route, path),
      ...(route.service !== null || acting.global || acting.routes.has(route.id) ? [] : [serviceless(path)]),
    ];
  });
}

/** Where a plugin could answer in place of a service. */
function pluginScopes(plugins: readonly Plugin[]): {
  readonly global: boolean;
  readonly routes: ReadonlySet<string>;
} {
  const enabled = plugins.filter((plugin) => plugin.enabled);
  return {
    global: enabled.some(({ route, service }) => route === null && service === null),
    routes: new Set(enabled.flatMap(({ route }) => (route === null ? [] : [route.id]))),
  };
}

function serviceless(path: Path): Finding {
  const message = 'without a service, requests are answered with 503';
  return warning(
    'route-without-service',
    path,
    message,
    'write the service: "service: NAME", or remove the route',
  );
}

function duplicates(path: Path, value: Record<string, unknown>): readonly Finding[] {
  return ['paths', 'hosts', 'methods', 'snis'].flatMap((field) => {
    const list = valueAt(value, [...path, field]);
    if (!Array.isArray(list) || list.length < 2) return [];
    const seen = new Map<unknown, number>();
    return list.flatMap((item: unknown, index) => {
      const first = seen.get(item);
      if (first === undefined) seen.set(item, index);
      if (first === undefined) return [];
      const message = `${JSON.stringify(item)} stands in ${field} already, at {other}`;
      const found = warning('duplicate-value', [...path, field, index], message, 'remove one of the two');
      return [{ ...found, other: [...path, field, first] }];
    });
  });
}

/** regex_priority orders regexes among each other; a prefix is ordered by its length. */
function idlePriority({ regex_priority: priority, paths }: Route, path: Path): readonly Finding[] {
  if (priority === 0 || paths?.some((one) => one.startsWith('~')) === true) return [];
  const message = 'regex_priority has no effect: the route has no regex path';
  const hint = 'remove it; prefixes are tried from the longest to the shortest';
  return [warning('unused-regex-priority', [...path, 'regex_priority'], message, hint)];
}

function idleRedirect(
  { https_redirect_status_code: status, protocols }: Route,
  path: Path,
): readonly Finding[] {
  if (status === 426 || !protocols.includes('http')) return [];
  const message = 'https_redirect_status_code has no effect: the route takes http itself';
  return [
    warning('unused-redirect', [...path, 'https_redirect_status_code'], message, 'write protocols: [https]'),
  ];
}
