import type { BenchRoute } from '../contest/scenario.js';
import { declarativeConfig } from '../contestants/gateway.js';
import type { Upstream } from '../upstream/upstream.js';

/** The path that is asked for under load. */
export const LIVE_PREFIX = '/live';

/** A config that serves, with so many routes, everything from one upstream. */
export function goodConfig(routes: number, upstream: Upstream): string {
  const live: BenchRoute = { kind: 'prefix', host: undefined, path: LIVE_PREFIX };
  const others = Array.from({ length: Math.max(0, routes - 1) }, (_, index): BenchRoute => {
    return { kind: 'prefix', host: undefined, path: `/group-${index % 100}/item-${index}` };
  });
  return yamlOf(declarativeConfig([live, ...others], upstream));
}

type Spoil = (good: string) => string;

/** Ways to make a config that must be refused, each for a reason of its own. */
const SPOILS: readonly Spoil[] = [
  // The text is no YAML.
  (good) => `${good}\n  - [ unclosed\n`,
  // A field that no entity has.
  (good) => good.replace('strip_path:', 'strip_paths:'),
  // A reference to an entity that is not there.
  (good) => `${good}\nroutes:\n  - name: stray\n    paths: [/stray]\n    service: nobody\n`,
  // A value of the wrong type.
  (good) => good.replace(/url: .*/, 'url: 8080'),
  // Two routes of one name.
  (good) => `${good}\nroutes:\n  - {name: route-0, paths: [/twice], service: upstream}\n`,
];

/** A config that must be refused: the `number`th way to spoil a good one, in turn. */
export function badConfig(good: string, number: number): string {
  const spoil = SPOILS[number % SPOILS.length];
  return spoil === undefined ? '' : spoil(good);
}

/** Writes plain data as block YAML, as people write it. Enough for what this benchmark makes. */
function yamlOf(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${yamlOf(item, `${indent}  `).trimStart()}`).join('\n');
  }
  if (typeof value !== 'object' || value === null) return `${indent}${JSON.stringify(value)}`;
  return Object.entries(value)
    .map(([name, field]: [string, unknown]) => {
      const nested = typeof field === 'object' && field !== null;
      return nested
        ? `${indent}${name}:\n${yamlOf(field, `${indent}  `)}`
        : `${indent}${name}: ${JSON.stringify(field)}`;
    })
    .join('\n');
}
