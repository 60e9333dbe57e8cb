import { createHash } from 'node:crypto';
import type { EntityKind } from './entity-kinds.js';

/** Kong's root namespace: every entity kind gets a namespace under it, every name an id under that. */
const ROOT_NAMESPACE = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

const namespaces = new Map<EntityKind, string>();

/** The id Kong gives an entity without one: the same key (a name, mostly) always gets the same id. */
export function stableId(kind: EntityKind, key: string): string {
  let namespace = namespaces.get(kind);
  if (namespace === undefined) {
    namespace = uuid5(ROOT_NAMESPACE, kind);
    namespaces.set(kind, namespace);
  }
  return uuid5(namespace, key);
}

/** A name-based UUID, version 5 (RFC 9562, 5.5). */
function uuid5(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const digest = createHash('sha1').update(space).update(name, 'utf8').digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
