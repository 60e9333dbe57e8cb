import { type Finding, isMapping, type Path } from './finding.js';
import { checkPluginConfig, pluginInfo, unknownPlugin } from './plugin-schemas.js';

/** Where a plugin may apply. */
const SCOPES = ['service', 'route', 'consumer', 'consumer_group'] as const;

const STREAM_PROTOCOLS: ReadonlySet<unknown> = new Set(['tcp', 'tls', 'udp', 'tls_passthrough']);

/** What is wrong with a plugin beyond the fields all plugins have: its name, where it applies, and its config. */
export function checkPlugin(entity: Readonly<Record<string, unknown>>, path: Path): readonly Finding[] {
  const name = entity['name'];
  if (typeof name !== 'string') return [];
  const info = pluginInfo(name);
  if (info === undefined) return [unknownPlugin(name, [...path, 'name'])];
  const parent = parentScope(path);
  const findings: Finding[] = [];
  for (const scope of SCOPES) {
    if (info.scopes.includes(scope)) continue;
    if (isSet(entity[scope])) findings.push(wrongScope(name, scope, [...path, scope], info.scopes));
    else if (scope === parent) findings.push(wrongScope(name, scope, [...path, 'name'], info.scopes));
  }
  return [
    ...findings,
    ...checkProtocols(name, entity['protocols'], [...path, 'protocols'], info.allowedProtocols),
    ...checkPluginConfig(name, entity['config'], [...path, 'config']),
  ];
}

/** What a nested plugin stands in: `services[0].plugins[1]` applies to that service. */
function parentScope(path: Path): string | undefined {
  const list = path.at(-4);
  return SCOPES.find((scope) => list === `${scope}s`);
}

/** Dumps of other editions list ws and wss, which change nothing. */
function checkProtocols(name: string, protocols: unknown, path: Path, allowed: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  for (const [index, protocol] of Array.isArray(protocols) ? protocols.entries() : []) {
    if (!STREAM_PROTOCOLS.has(protocol) || allowed.includes(protocol)) continue;
    findings.push({
      code: 'invalid-choice',
      path: [...path, index],
      message: `expected one of: ${allowed.join(', ')}`,
      hint: `${name} does not run for ${protocol}: remove it`,
      got: { value: protocol },
    });
  }
  return findings;
}

function isSet(reference: unknown): boolean {
  return typeof reference === 'string' || isMapping(reference);
}

function wrongScope(name: string, scope: string, path: Path, scopes: readonly string[]): Finding {
  const where = scopes.length === 0 ? 'everywhere' : `for a ${scopes.join(' or a ')}, or everywhere`;
  const hint =
    path.at(-1) === scope
      ? `${name} applies ${where}: remove ${scope}`
      : `${name} applies ${where}: move it out of the ${scope}`;
  return { code: 'wrong-scope', path, message: `${name} cannot be for a ${scope}: value must be null`, hint };
}
