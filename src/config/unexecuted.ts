import type { GatewayConfig } from './entities.js';
import { type EntityKind, entityKinds } from './entity-kinds.js';

/** The kinds that something acts on: a vault is read while the config is loaded. */
const EXECUTED: ReadonlySet<EntityKind> = new Set<EntityKind>([
  ...(['services', 'routes', 'upstreams', 'targets'] as const),
  ...(['certificates', 'ca_certificates', 'snis', 'vaults'] as const),
]);

/** The protocols that requests are taken and forwarded in. */
const SERVED: ReadonlySet<string> = new Set(['http', 'https', 'grpc', 'grpcs']);

/** Whether requests in one of these protocols can be taken or forwarded. */
export function isServed(protocols: readonly string[]): boolean {
  return protocols.some((protocol) => SERVED.has(protocol));
}

/** One sentence for each kind of entity that is loaded and that nothing acts on yet. */
export function unexecuted(config: GatewayConfig): readonly string[] {
  const sentences: string[] = [];
  const { services, routes } = config;
  const others = services.filter(({ protocol }) => !isServed([protocol])).map(({ protocol }) => [protocol]);
  const unrouted = routes.filter(({ protocols }) => !isServed(protocols)).map(({ protocols }) => protocols);
  if (others.length > 0) sentences.push(unserved('services', others));
  if (unrouted.length > 0) sentences.push(unserved('routes', unrouted));
  for (const kind of entityKinds) {
    const { length } = config[kind];
    if (length > 0 && !EXECUTED.has(kind))
      sentences.push(`${kind}: ${length} loaded, not executed by this version`);
  }
  return sentences;
}

function unserved(kind: EntityKind, protocols: readonly (readonly string[])[]): string {
  const names = [...new Set(protocols.flat())].sort().join(', ');
  return `${kind}: ${protocols.length} loaded, not served by this version (${names})`;
}
