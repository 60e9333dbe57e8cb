import type { Target, Upstream } from '../entities.js';
import type { Finding, Path } from '../finding.js';
import { pluginWords } from './plugin-words.js';
import { type LintContext, warning } from './rule.js';

/** Upstreams that nothing uses, and those that have nowhere to send a request. */
export function checkUpstreams({ config, pathOf }: LintContext): readonly Finding[] {
  if (config.upstreams.length === 0) return [];
  const used = new Set(config.services.map(({ host }) => host));
  const words = pluginWords(config);
  const targets = new Map<string, Target[]>();
  for (const target of config.targets) {
    const known = targets.get(target.upstream.id);
    if (known === undefined) targets.set(target.upstream.id, [target]);
    else known.push(target);
  }
  return config.upstreams.flatMap((upstream) => {
    const path = pathOf(upstream);
    if (path === undefined) return [];
    const isUsed = used.has(upstream.name) || words.has(upstream.name);
    return isUsed ? idle(upstream, targets.get(upstream.id) ?? [], path) : [unused(upstream, path)];
  });
}

function unused({ name }: Upstream, path: Path): Finding {
  const hint = `write host: ${name} in a service, or remove the upstream`;
  return warning('unused-upstream', path, 'no service has this upstream as its host', hint);
}

function idle({ name }: Upstream, targets: readonly Target[], path: Path): readonly Finding[] {
  if (targets.some(({ weight }) => weight > 0)) return [];
  const reason = targets.length === 0 ? 'has no targets' : 'has only targets of weight 0';
  const message = `the upstream ${reason}: requests to host ${name} are answered with 503`;
  return [warning('upstream-without-targets', path, message, 'add a target with a weight above 0')];
}
