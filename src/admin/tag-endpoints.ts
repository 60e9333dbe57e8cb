import type { Answer } from './answer.js';
import type { EntityKind } from './entity-kind.js';
import { page } from './paging.js';
import type { AdminRequest } from './request.js';
import type { Endpoint } from './routing-table.js';
import { tagCursor, tagRows } from './tags.js';
import type { AdminView } from './view.js';

/** `/tags` and `/tags/{tags}`: which entity carries which tag. */
export function tagEndpoints(kinds: readonly EntityKind[]): readonly Endpoint[] {
  const list = (path: string, { query }: AdminRequest, { entities }: AdminView, only?: string): Answer =>
    page(
      { path, rows: tagRows(kinds, entities, only), scope: 'tags', cursor: tagCursor, show: (row) => row },
      query,
    );
  return [
    { pattern: '/tags', methods: { GET: (request, view) => list('/tags', request, view) } },
    {
      pattern: '/tags/{tags}',
      methods: {
        GET: (request, view, { tags = '' }) => list(`/tags/${encodeURIComponent(tags)}`, request, view, tags),
      },
    },
  ];
}
