import { checkCaCertificate, checkCertificate, checkPublicKey } from './certificate-rules.js';
import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import type { Finding, Path } from './finding.js';
import { checkPlugin } from './plugin-rules.js';
import { checkRoute } from './route-rules.js';
import { entitySchema } from './schemas.js';
import { parseTarget } from './target-address.js';

type Entity = Readonly<Record<string, unknown>>;

/** The rules of single kinds that schemas cannot tell. Values that break a schema are left alone. */
const RULES: Partial<
  Readonly<Record<EntityKind, (entity: Entity, path: Path, legacy: boolean) => readonly Finding[]>>
> = {
  routes: checkRoute,
  plugins: checkPluginEntity,
  targets: checkTarget,
  certificates: checkCertificate,
  ca_certificates: checkCaCertificate,
  jwt_secrets: checkPublicKey,
};

/** What is wrong with a single entity beyond its schema. `legacy` is a file of format 1.1 or 2.1. */
export function checkEntity(
  kind: EntityKind,
  entity: Entity,
  path: Path,
  legacy: boolean,
): readonly Finding[] {
  const rule = RULES[kind];
  const findings = [...checkDistinct(kind, entity, path), ...(rule?.(entity, path, legacy) ?? [])];
  const { generated } = ENTITY_KINDS[kind];
  for (const field of generated ?? []) {
    // Most algorithms of JWT have no shared secret.
    const { algorithm } = entity;
    const unused = field === 'secret' && typeof algorithm === 'string' && !algorithm.startsWith('HS');
    if (entity[field] === undefined && !unused) findings.push(generatedAtLoad(kind, field, path));
  }
  return findings;
}

/** The schema lets everything pass that has the characters of an IPv6 address. */
function checkTarget({ target }: Entity, path: Path): readonly Finding[] {
  if (typeof target !== 'string' || parseTarget(target) !== undefined) return [];
  return [
    {
      code: 'invalid-value',
      path: [...path, 'target'],
      message: `Invalid target ('${target}'); not a valid hostname or ip address`,
      hint: 'write a hostname or an IP address, with its port behind a colon: [2001:db8::1]:8080',
    },
  ];
}

/** A plugin whose shared settings are not there lacks what they would have said. */
function checkPluginEntity(plugin: Entity, path: Path): readonly Finding[] {
  const findings = checkPlugin(plugin, path);
  if (typeof plugin['_config'] !== 'string') return findings;
  return findings.filter((finding) => finding.path[path.length] !== 'config');
}

/** Fields that must not be equal: `x-distinct` in the schema of a kind. */
function checkDistinct(kind: EntityKind, entity: Entity, path: Path): readonly Finding[] {
  const pairs = entitySchema(kind)['x-distinct'];
  const findings: Finding[] = [];
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    const [first, second]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof first !== 'string' || typeof second !== 'string') continue;
    const value = entity[second];
    if (typeof value !== 'string' || entity[first] !== value) continue;
    findings.push({
      code: 'invalid-value',
      path: [...path, second],
      message: `values of these fields must be distinct: '${first}', '${second}'`,
      hint: `a fallback that looks at the same finds the same: write another ${second}, or remove it`,
    });
  }
  return findings;
}

function generatedAtLoad(kind: EntityKind, field: string, path: Path): Finding {
  const { noun } = ENTITY_KINDS[kind];
  return {
    code: 'generated-secret',
    severity: 'warning',
    path,
    message: `${noun} without ${field}: a random one is made, another one at every start`,
    hint: `write the ${field}, or take it from the environment: ${field}: \${NAME}`,
  };
}
