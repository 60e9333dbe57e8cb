import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import { checkEntity } from './entity-rules.js';
import { type Finding, formatPath, type Path } from './finding.js';
import { type Identities, referenceText } from './identities.js';
import { checkMembers } from './members.js';
import type { Placed } from './placed.js';
import { isLegacyFormat } from './route-path.js';
import { nearestFew } from './suggest.js';
import { checkUnique } from './unique.js';

/**
 * The rules that schemas cannot tell: names used twice, references to nothing, and those of single fields. `broken`
 * is what the schemas have found: what only follows from it is left out.
 */
export function checkReferences(
  config: Readonly<Record<string, unknown>>,
  placed: readonly Placed[],
  identities: Identities,
  broken: readonly Finding[],
): readonly Finding[] {
  const legacy = isLegacyFormat(config['_format_version']);
  const blamed = new Set(broken.map(({ path }) => formatPath(path)));
  const references = new ReferenceCheck(config, placed, identities, blamed);
  const findings = [
    ...placed.flatMap(({ kind, entity, path }) => checkEntity(kind, entity, path, legacy)),
    ...checkUnique(placed, identities),
    ...placed.flatMap((each) => references.check(each)),
  ];
  return findings.filter(({ path, severity }) => {
    const place = formatPath(path);
    // A warning may stand beside an error, a second error at the same place says nothing new.
    if (severity === 'warning') return true;
    return blamed.has(place) ? false : blamed.add(place);
  });
}

/** Near names are looked up for so many references only: each one is compared with every entity. */
const MAX_SUGGESTED = 50;

class ReferenceCheck {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #placed: readonly Placed[];
  readonly #identities: Identities;
  readonly #names = new Map<EntityKind, readonly string[]>();
  /** Kinds of which an entity has a name that is none: whoever names it should not be blamed. */
  readonly #misnamed: ReadonlySet<EntityKind>;
  #suggested = 0;

  constructor(
    config: Readonly<Record<string, unknown>>,
    placed: readonly Placed[],
    identities: Identities,
    blamed: ReadonlySet<string>,
  ) {
    const isMisnamed = ({ kind, path }: Placed): boolean =>
      ['id', ENTITY_KINDS[kind].key ?? 'id'].some((field) => blamed.has(formatPath([...path, field])));
    this.#misnamed = new Set(blamed.size === 0 ? [] : placed.filter(isMisnamed).map(({ kind }) => kind));
    this.#config = config;
    this.#placed = placed;
    this.#identities = identities;
  }

  check(placed: Placed): readonly Finding[] {
    const { kind, entity, path, parent, field: parentField } = placed;
    const findings: Finding[] = [];
    for (const [field, { to }] of Object.entries(ENTITY_KINDS[kind].references)) {
      if (parent !== undefined && parentField === field) continue;
      const wanted = referenceText(entity[field]);
      if (wanted === undefined || this.#identities.find(to, wanted) !== undefined) continue;
      // Where the list is no list or a name no name, missing entities only follow from that.
      if (isList(this.#config[to]) && !this.#misnamed.has(to))
        findings.push(this.unknown(to, wanted, [...path, field]));
    }
    const trusted = kind === 'services' ? entity['ca_certificates'] : undefined;
    for (const [index, id] of Array.isArray(trusted) ? trusted.entries() : []) {
      if (typeof id !== 'string' || this.#identities.find('ca_certificates', id) !== undefined) continue;
      // Kong takes it, and then trusts nobody.
      findings.push({
        ...this.unknown('ca_certificates', id, [...path, 'ca_certificates', index]),
        severity: 'warning',
      });
    }
    if (kind === 'consumers' || kind === 'consumer_groups')
      findings.push(...checkMembers(placed, this.#identities, (to, name, at) => this.unknown(to, name, at)));
    return findings;
  }

  /** A reference to nothing, with what it may have meant. */
  unknown(to: EntityKind, wanted: string, path: Path): Finding {
    const { noun, key } = ENTITY_KINDS[to];
    const names = this.#namesOf(to);
    this.#suggested += 1;
    const near = this.#suggested <= MAX_SUGGESTED ? nearestFew(wanted, names, 3) : [];
    const by = key === null ? 'id' : `${key} or id`;
    return {
      code: 'unknown-reference',
      path,
      message: `there is no ${noun} with the ${by} "${wanted}"`,
      hint: hintFor(to, near, names),
    };
  }

  #namesOf(kind: EntityKind): readonly string[] {
    const known = this.#names.get(kind);
    if (known !== undefined) return known;
    const key = ENTITY_KINDS[kind].key ?? 'id';
    const names = this.#placed.flatMap(({ kind: of, entity }) => {
      const name = of === kind ? entity[key] : undefined;
      return typeof name === 'string' ? [name] : [];
    });
    this.#names.set(kind, names);
    return names;
  }
}

function hintFor(kind: EntityKind, near: readonly string[], names: readonly string[]): string {
  const { noun, key } = ENTITY_KINDS[kind];
  if (near.length > 0) return `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  const named = key === null ? `${noun} with an id` : `named ${noun}`;
  if (names.length === 0) return `the file has no ${named}: add one`;
  const some = names.slice(0, 5).join(', ');
  const by = key === null ? 'id' : `${key} or id`;
  return `write the ${by} of a ${noun} of this file: ${some}${names.length > 5 ? ', ...' : ''}`;
}

/** A list, or nothing. */
function isList(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value);
}
