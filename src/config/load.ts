import type { GatewayConfig } from './entities.js';
import { hashConfig } from './hash.js';
import { ConfigError } from './issue.js';
import { normalizeEntities } from './normalize.js';
import { parseConfig } from './parse.js';
import { checkReferences } from './references.js';
import { reportFindings } from './report.js';
import { type ConfigSource, readSource } from './source.js';
import { tidyConfig } from './tidy.js';
import { validateConfig } from './validate.js';

/** Loads a config file. Throws a ConfigSourceError when it cannot be read, a ConfigError when it is invalid. */
export async function loadConfigFile(file: string): Promise<GatewayConfig> {
  return loadConfig(await readSource(file));
}

/** Text to config, deep-frozen. Throws one ConfigError with every issue of the file. */
export function loadConfig(source: ConfigSource): GatewayConfig {
  const parsed = parseConfig(source);
  const { value } = parsed;
  if (value === undefined) throw new ConfigError(reportFindings(source, parsed, parsed.findings));
  tidyConfig(value);
  const findings = [...parsed.findings, ...validateConfig(value), ...checkReferences(value)];
  if (findings.length > 0) throw new ConfigError(reportFindings(source, parsed, findings));
  const entities = normalizeEntities(value);
  return deepFreeze({
    format_version: String(value['_format_version']),
    transform: value['_transform'] !== false,
    hash: hashConfig(entities),
    ...entities,
    document: source.text,
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
