import { createHash } from 'node:crypto';
import { ENTITY_KINDS, type EntityKind, nestedLists } from './entity-kinds.js';
import { isMapping } from './finding.js';
import { canonical } from './hash.js';
import { stableId } from './ids.js';
import type { Placed } from './placed.js';
import { entityFields } from './schemas.js';

/** Who is who in a config: the id of every entity, and what a reference means. The config may still be invalid. */
export class Identities {
  readonly #ids = new Map<Placed, string>();
  readonly #byKey = new Map<string, Placed>();
  readonly #byId = new Map<string, Placed>();

  /** Takes the entities of a config in the order of the file, each before what is nested in it. */
  constructor(placed: readonly Placed[]) {
    for (const each of placed) this.#add(each);
  }

  /** The id given, else the one Kong derives, else one that stays as long as content and parent stay. */
  idOf(placed: Placed): string {
    return this.#ids.get(placed) ?? '';
  }

  /** The entity of a kind that is called by this key or id. */
  find(kind: EntityKind, keyOrId: string): Placed | undefined {
    return this.#byKey.get(`${kind} ${keyOrId}`) ?? this.#byId.get(`${kind} ${keyOrId.toLowerCase()}`);
  }

  /** The entity a field refers to; undefined for no reference and for one that leads nowhere. */
  follow(placed: Placed, field: string): Placed | undefined {
    if (placed.parent !== undefined && placed.field === field) return placed.parent;
    const rule = ENTITY_KINDS[placed.kind].references[field];
    const wanted = referenceText(placed.entity[field]);
    return rule === undefined || wanted === undefined ? undefined : this.find(rule.to, wanted);
  }

  #add(placed: Placed): void {
    const { kind, entity } = placed;
    const { key } = ENTITY_KINDS[kind];
    const id = this.#identify(placed);
    this.#ids.set(placed, id);
    if (!this.#byId.has(`${kind} ${id}`)) this.#byId.set(`${kind} ${id}`, placed);
    const name = key === null ? undefined : entity[key];
    if (typeof name === 'string' && !this.#byKey.has(`${kind} ${name}`))
      this.#byKey.set(`${kind} ${name}`, placed);
  }

  #identify(placed: Placed): string {
    const { kind, entity } = placed;
    const given = entity['id'];
    if (typeof given === 'string') return given;
    const derived = this.#derive(placed);
    // A key that fits two entities is reported as a duplicate where it may fit one only.
    if (derived !== undefined && !this.#byId.has(`${kind} ${derived}`)) return derived;
    const digest = createHash('sha256')
      .update(canonical(contentOf(placed)))
      .digest('hex');
    const parent = placed.parent === undefined ? '' : this.idOf(placed.parent);
    // A name cannot hold a colon, so that no name gets such an id.
    for (let count = 0; ; count += 1) {
      const id = stableId(kind, `${parent}:${digest}${count === 0 ? '' : `:${count}`}`);
      if (!this.#byId.has(`${kind} ${id}`)) return id;
    }
  }

  /** The id Kong derives from the fields that name an entity, as far as they are given. */
  #derive(placed: Placed): string | undefined {
    const { kind } = placed;
    const rule = ENTITY_KINDS[kind].id;
    if (rule === null) return undefined;
    const values = rule.fields.map((field) => this.#textOf(placed, field));
    if (rule.needs.some((field) => this.#textOf(placed, field) === '')) return undefined;
    return stableId(kind, rule.from === 'key' ? values.join(':') : [kind, '*', ...values].join(':'));
  }

  /** A field as it stands in the file; for the parent, which is not named there, its id. */
  #textOf(placed: Placed, field: string): string {
    if (placed.parent !== undefined && placed.field === field) return this.idOf(placed.parent);
    return referenceText(placed.entity[field]) ?? '';
  }
}

/** The name or id a reference holds: plain, or as `{id: …}` or `{name: …}`. */
export function referenceText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (!isMapping(value)) return undefined;
  const texts = Object.values(value).filter((part) => typeof part === 'string' && part !== '');
  return typeof texts[0] === 'string' ? texts[0] : undefined;
}

/** What makes up an entity: its fields without secrets (an id is public) and without what is nested in it. */
function contentOf({ kind, entity }: Placed): Readonly<Record<string, unknown>> {
  const content: Record<string, unknown> = { ...entity };
  delete content['_comment'];
  delete content['_ignore'];
  for (const { kind: nested } of nestedLists(kind)) delete content[nested];
  const fields = entityFields(kind);
  for (const field of Object.keys(content)) if (fields[field]?.['x-secret'] === true) delete content[field];
  return content;
}
