import type { Reference } from './entities.js';
import type { EntityKind } from './entity-kinds.js';
import type { Finding, Path } from './finding.js';
import { type Identities, referenceText } from './identities.js';
import type { Placed } from './placed.js';

/** The lists through which consumers and groups find each other: a group's consumers, and a consumer's groups. */
const LISTS = { consumers: 'groups', consumer_groups: 'consumers' } as const;

/** References to consumers and groups that lead nowhere. */
export function checkMembers(
  { kind, entity, path }: Placed,
  identities: Identities,
  unknown: (to: EntityKind, wanted: string, path: Path) => Finding,
): readonly Finding[] {
  if (kind !== 'consumers' && kind !== 'consumer_groups') return [];
  const field = LISTS[kind];
  const to = kind === 'consumers' ? 'consumer_groups' : 'consumers';
  const list = entity[field];
  const findings: Finding[] = [];
  for (const [index, item] of Array.isArray(list) ? list.entries() : []) {
    const wanted = referenceText(item);
    if (wanted !== undefined && identities.find(to, wanted) === undefined)
      findings.push(unknown(to, wanted, [...path, field, index]));
  }
  return findings;
}

/** The members of every group, from both sides, in the order of the file and each once. */
export function membersOf(
  placed: readonly Placed[],
  identities: Identities,
): ReadonlyMap<Placed, readonly Reference[]> {
  const members = new Map<Placed, Map<string, Reference>>();
  const add = (group: Placed | undefined, consumer: Placed | undefined): void => {
    if (group === undefined || consumer === undefined) return;
    const id = identities.idOf(consumer);
    const known = members.get(group) ?? new Map<string, Reference>();
    members.set(group, known.set(id, { id }));
  };
  for (const each of placed) {
    const { kind, entity } = each;
    if (kind !== 'consumers' && kind !== 'consumer_groups') continue;
    const list = entity[LISTS[kind]];
    for (const item of Array.isArray(list) ? list : []) {
      const wanted = referenceText(item) ?? '';
      if (kind === 'consumers') add(identities.find('consumer_groups', wanted), each);
      else add(each, identities.find('consumers', wanted));
    }
  }
  return new Map([...members].map(([group, known]) => [group, [...known.values()]]));
}
