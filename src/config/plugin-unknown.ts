import type { Finding, Path } from './finding.js';
import { ENTERPRISE_PLUGINS, pluginNames } from './plugin-names.js';
import { nearest } from './suggest.js';

/** What there is to say about a plugin that is not known; `path` leads to its name. */
export function unknownPlugin(name: string, path: Path): Finding {
  const code = 'unknown-plugin';
  if (name.includes(',')) {
    const hint = 'write an entry for each plugin: - name: one, and - name: another';
    return { code, path, message: `'${name}' is a list of plugins, not the name of one`, hint };
  }
  if (ENTERPRISE_PLUGINS.has(name)) {
    const instead = ENTERPRISE_PLUGINS.get(name) ?? 'there is nothing like it here: remove it';
    return { code, path, message: `${name} is a plugin of Kong Enterprise`, hint: instead };
  }
  const meant = nearest(name, pluginNames);
  const message = `there is no plugin '${name}'`;
  if (meant !== undefined) return { code, path, message, hint: `did you mean ${meant}?` };
  // Enterprise names are suggested to nobody, but a slip in one is told apart from a plugin of one's own.
  const enterprise = nearest(name, ENTERPRISE_PLUGINS.keys());
  const hint =
    enterprise === undefined
      ? 'only the plugins that come with Kong are known; one of your own cannot be loaded: remove it'
      : `${enterprise} is a plugin of Kong Enterprise; ${ENTERPRISE_PLUGINS.get(enterprise) ?? 'remove it'}`;
  return { code, path, message, hint };
}
