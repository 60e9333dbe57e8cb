import { ConfigError, type ConfigIssue } from '#gateway/config/issue.js';
import { loadConfigs } from '#gateway/config/load.js';
import { ROUTE_RULES } from '#gateway/lint/route-rules.js';

/** All warnings about a text in YAML or JSON, which must be valid. */
export function warningsOf(
  text: string,
  environment: Readonly<Record<string, string>> = {},
): readonly ConfigIssue[] {
  try {
    return loadConfigs([{ file: 'kong.yaml', text }], { rules: ROUTE_RULES, environment }).warnings;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(error.issues.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  }
}

/** The places of the warnings with one code, as `line:column`. */
export function placesOf(code: string, warnings: readonly ConfigIssue[]): readonly string[] {
  return warnings.filter((issue) => issue.code === code).map(({ line, column }) => `${line}:${column}`);
}

/** A config of one service with these routes, each a flow mapping like `{name: a, paths: [/a]}`. */
export function routesYaml(...routes: readonly string[]): string {
  // The texts stand in double quotes, where a backslash counts double.
  const lines = routes.map((route) => `  - ${route.replaceAll('\\', '\\\\')}`);
  return ['_format_version: "3.0"', 'services:', '- name: s', '  host: h', '  routes:', ...lines, ''].join(
    '\n',
  );
}
