import { ok } from './answer.js';
import { entityEndpoints } from './entity-endpoints.js';
import type { EntityKind } from './entity-kind.js';
import { nodeEndpoints } from './node-endpoints.js';
import { RoutingTable } from './routing-table.js';
import { schemaEndpoints } from './schema-endpoints.js';
import { tagEndpoints } from './tag-endpoints.js';
import { upstreamEndpoints } from './upstream-endpoints.js';

/** Everything the Admin API serves for these kinds of entities. */
export function buildRoutingTable(kinds: readonly EntityKind[]): RoutingTable {
  const table = new RoutingTable([
    ...nodeEndpoints(),
    ...entityEndpoints(kinds),
    ...upstreamEndpoints(kinds),
    ...tagEndpoints(kinds),
    ...schemaEndpoints(kinds),
    { pattern: '/endpoints', methods: { GET: () => ok({ data: table.patterns }) } },
  ]);
  return table;
}
