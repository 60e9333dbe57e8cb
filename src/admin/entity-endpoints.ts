import { type Answer, failure, namedFailure, notFound, ok } from './answer.js';
import { type AdminEntity, type EntityKind, keyOf, referenceOf } from './entity-kind.js';
import { page } from './paging.js';
import type { AdminRequest } from './request.js';
import type { Endpoint, Params } from './routing-table.js';
import { parseTagFilter } from './tags.js';
import type { AdminView } from './view.js';
import { create, createOrUpdate, remove, update } from './write-answers.js';

/** Stands for the id that an entity written through an empty reference would be given. */
const NEW_ID = '00000000-0000-4000-8000-000000000000';

/** Every endpoint of every kind: collections, single entities, and both nested along each reference. */
export function entityEndpoints(kinds: readonly EntityKind[]): readonly Endpoint[] {
  return kinds.flatMap((kind) => [
    ...ownEndpoints(kind),
    ...Object.entries(kind.references).flatMap(([field, name]) => {
      const parent = kinds.find((candidate) => candidate.name === name);
      return parent === undefined ? [] : nestedEndpoints(parent, kind, field);
    }),
  ]);
}

/** `/routes` and `/routes/{routes}`. */
function ownEndpoints(kind: EntityKind): readonly Endpoint[] {
  const path = `/${kind.path}`;
  return [
    {
      pattern: path,
      methods: {
        GET: (request, view) => list(kind, view.entities.of(kind).all, path, request, view),
        POST: (request) => create(kind, request),
      },
    },
    {
      pattern: `${path}/${parameter(kind)}`,
      methods: {
        GET: (_request, view, params) => single(kind, find(kind, view, params), view),
        PUT: (request, _view, params) => createOrUpdate(kind, request, nameIn(params, kind)),
        PATCH: (request, view, params) =>
          update(kind, request, find(kind, view, params), nameIn(params, kind)),
        DELETE: (_request, view, params) => remove(kind, find(kind, view, params), nameIn(params, kind)),
      },
    },
  ];
}

/** `/services/{services}/routes`, `/services/{services}/routes/{routes}` and `/routes/{routes}/service`. */
function nestedEndpoints(parent: EntityKind, kind: EntityKind, field: string): readonly Endpoint[] {
  const base = `/${parent.path}/${parameter(parent)}/${kind.nestedPath}`;
  return [
    collectionOf(parent, kind, field, base),
    memberOf(parent, kind, field, `${base}/${parameter(kind)}`),
    referred(parent, kind, field),
  ];
}

function collectionOf(parent: EntityKind, kind: EntityKind, field: string, pattern: string): Endpoint {
  return {
    pattern,
    methods: {
      GET: (request, view, params) => {
        const owner = find(parent, view, params);
        if (owner === undefined) return notFound();
        const path = `/${parent.path}/${encodeURIComponent(nameIn(params, parent))}/${kind.nestedPath}`;
        return list(kind, view.entities.of(kind).referringTo(field, owner.id), path, request, view);
      },
      POST: (request, view, params) => {
        const owner = find(parent, view, params);
        return owner === undefined ? notFound() : create(kind, request, referenceTo(field, owner));
      },
    },
  };
}

function memberOf(parent: EntityKind, kind: EntityKind, field: string, pattern: string): Endpoint {
  const member = (view: AdminView, params: Params): AdminEntity | undefined => {
    const owner = find(parent, view, params);
    if (owner === undefined) return undefined;
    const entity = find(kind, view, params);
    if (entity !== undefined && referenceOf(entity, field) === owner.id) return entity;
    // Some keys are unique among the children of one parent only, a target's for example.
    const name = nameIn(params, kind);
    return view.entities
      .of(kind)
      .referringTo(field, owner.id)
      .find((child) => keyOf(kind, child) === name);
  };
  return {
    pattern,
    methods: {
      GET: (_request, view, params) => single(kind, member(view, params), view),
      PUT: (request, view, params) => {
        const owner = find(parent, view, params);
        if (owner === undefined) return notFound();
        return createOrUpdate(kind, request, nameIn(params, kind), referenceTo(field, owner));
      },
      PATCH: (request, view, params) => update(kind, request, member(view, params), nameIn(params, kind)),
      DELETE: (_request, view, params) => {
        const entity = member(view, params);
        return entity === undefined ? notFound() : remove(kind, entity, nameIn(params, kind));
      },
    },
  };
}

/** The entity a reference leads to. Kong names it by id from here on, whatever the path said. */
function referred(parent: EntityKind, kind: EntityKind, field: string): Endpoint {
  const target = (view: AdminView, params: Params): AdminEntity | undefined => {
    const referring = find(kind, view, params);
    const id = referring === undefined ? undefined : referenceOf(referring, field);
    return id === undefined ? undefined : view.entities.of(parent).find(id);
  };
  return {
    pattern: `/${kind.path}/${parameter(kind)}/${field}`,
    methods: {
      GET: (_request, view, params) => single(parent, target(view, params), view),
      PUT: (request, view, params) => {
        if (find(kind, view, params) === undefined) return notFound();
        return createOrUpdate(parent, request, target(view, params)?.id ?? NEW_ID);
      },
      PATCH: (request, view, params) => {
        const entity = target(view, params);
        return update(parent, request, entity, entity?.id ?? '');
      },
      DELETE: (_request, view, params) =>
        target(view, params) === undefined ? notFound() : failure(405, 'Method not allowed'),
    },
  };
}

function list(
  kind: EntityKind,
  entities: readonly AdminEntity[],
  path: string,
  request: AdminRequest,
  view: AdminView,
): Answer {
  const wanted = parseTagFilter(request.query.get('tags'));
  if (typeof wanted === 'string') {
    return namedFailure(400, 'invalid options', `invalid option (tags: ${wanted})`, { tags: wanted });
  }
  const filtered = request.query.has('tags') ? entities.filter(wanted) : entities;
  const show = (entity: AdminEntity): unknown => view.entities.show(kind, entity);
  return page({ path, rows: filtered, scope: kind.name, cursor: ({ id }) => id, show }, request.query);
}

function single(kind: EntityKind, entity: AdminEntity | undefined, view: AdminView): Answer {
  return entity === undefined ? notFound() : ok(view.entities.show(kind, entity));
}

function parameter(kind: EntityKind): string {
  return `{${kind.name}}`;
}

/** The id or key that stands in the path. */
function nameIn(params: Params, kind: EntityKind): string {
  return params[kind.name] ?? '';
}

function find(kind: EntityKind, view: AdminView, params: Params): AdminEntity | undefined {
  return view.entities.find(kind, nameIn(params, kind));
}

function referenceTo(field: string, { id }: AdminEntity): Readonly<Record<string, unknown>> {
  return { [field]: { id } };
}
