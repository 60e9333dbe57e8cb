import { isMapping } from './finding.js';
import { completeConfig, shownConfig } from './plugin-defaults.js';
import { pluginSchema } from './plugin-documents.js';

export { checkPluginConfig } from './plugin-check.js';
export { type PluginInfo, pluginInfo, pluginSchema } from './plugin-documents.js';
export { pluginNames } from './plugin-names.js';
export { unknownPlugin } from './plugin-unknown.js';

/**
 * A plugin's config with its defaults filled in, as `GET /plugins` shows it, old names included. It takes a valid
 * config, and leaves that of a plugin that is not known as it is.
 */
export function fillPluginDefaults(
  name: string,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const schema = pluginSchema(name);
  if (schema === undefined || !isMapping(config)) return config;
  return shownConfig(schema, completeConfig(schema, config).config);
}
