import type { Finding, Path } from '../finding.js';
import { isLegacyFormat } from '../route-path.js';
import { type LintContext, warning } from './rule.js';

/**
 * What no plain path holds: a quantified group, class or dot, a class with a range, the inside of a group, a final
 * `$`. Parentheses, `$`, `+` and `*` by themselves are legal in paths (`/Products(1)`, `/$metadata`).
 */
const REGEX_SIGNS = /\.[*+]|[)\]][*+?]|\[[^\]/]*\w-\w[^\]/]*\]|\(\?[:<Pi]|\(\.|\|[^/]*\)|[^/]\$$|\[\^/;

/** In format 3.0 a regex needs its `~`; without, the path is taken letter by letter, and no request matches it. */
export function checkPathSyntax({ config, pathOf }: LintContext): readonly Finding[] {
  if (isLegacyFormat(config.format_version)) return [];
  return config.routes.flatMap((route) => {
    const path = pathOf(route);
    if (path === undefined) return [];
    return (route.paths ?? []).flatMap((text, index) => judge(text, [...path, 'paths', index]));
  });
}

function judge(text: string, path: Path): readonly Finding[] {
  if (!text.startsWith('/')) return [];
  const glob = /^([^*]*\/)\*{1,2}$/.exec(text)?.[1];
  if (glob !== undefined) {
    const message = `"*" stands for itself here: the path matches only what begins with ${JSON.stringify(text)}`;
    return [warning('unmarked-regex', path, message, `write "${glob}", which takes everything below it`)];
  }
  if (!REGEX_SIGNS.test(text)) return [];
  const message = 'this looks like a regex, and without ~ it is taken letter by letter';
  return [warning('unmarked-regex', path, message, `write "~${text}" if it is a regex`)];
}
