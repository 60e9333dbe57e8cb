import type { GatewayConfig } from '../entities.js';

/**
 * All words in the settings of the plugins. A plugin may name an upstream, a consumer or a certificate in a field or
 * in a script, so that what is named there counts as used.
 */
export function pluginWords({ plugins }: GatewayConfig): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { config } of plugins) collect(config, words);
  return words;
}

function collect(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') {
    words.add(value);
    for (const [word] of value.matchAll(/[\p{L}\p{N}._~-]+/gu)) words.add(word);
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, words);
  }
}
