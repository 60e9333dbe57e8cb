import { createHash, createHmac, randomBytes } from 'node:crypto';
import { certificateDigest } from './certificate-rules.js';
import { ENTITY_KINDS, type EntityKind } from './entity-kinds.js';
import { isMapping } from './finding.js';
import { fillPluginDefaults, pluginSchema } from './plugin-schemas.js';
import { migratePath } from './route-path.js';
import { formatTarget, parseTarget } from './target-address.js';
import { parseServiceUrl } from './url.js';

/** What completing an entity takes besides the entity. */
export interface Completion {
  /** The entity as the file has it. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Whether the file has format 1.1 or 2.1. */
  readonly legacy: boolean;
  /** Whether passwords are hashed. */
  readonly transform: boolean;
}

type Fields = Record<string, unknown>;

const COMPLETERS: Partial<Readonly<Record<EntityKind, (fields: Fields, completion: Completion) => void>>> = {
  services: completeService,
  routes: completeRoute,
  upstreams: completeUpstream,
  targets: completeTarget,
  basicauth_credentials: completePassword,
  plugins: completePlugin,
  ca_certificates: completeDigest,
};

/** Works out what follows from other fields, in place. References are filled in already. */
export function completeEntity(kind: EntityKind, fields: Fields, completion: Completion): void {
  COMPLETERS[kind]?.(fields, completion);
  for (const field of ENTITY_KINDS[kind].generated ?? []) {
    fields[field] ??= madeUp(`${kind} ${String(fields['id'])} ${field}`);
  }
}

function completeService(fields: Fields, { given }: Completion): void {
  const { url } = given;
  const parts = typeof url === 'string' ? parseServiceUrl(url) : undefined;
  if (parts !== undefined) Object.assign(fields, parts);
}

const GRPC: ReadonlySet<unknown> = new Set(['grpc', 'grpcs']);

function completeRoute(fields: Fields, { given, legacy }: Completion): void {
  const { paths, protocols } = fields;
  if (legacy && Array.isArray(paths)) {
    fields['paths'] = paths.map((path: unknown) => (typeof path === 'string' ? migratePath(path) : path));
  }
  // A call's path names its method: there is nothing to strip.
  if (given['strip_path'] === undefined && Array.isArray(protocols) && protocols.some((p) => GRPC.has(p)))
    fields['strip_path'] = false;
}

/** As in Kong, what is hashed decides the algorithm, unless that is one that hashes nothing. */
function completeUpstream(fields: Fields, { given }: Completion): void {
  const { algorithm, hash_on: hashOn } = given;
  if (algorithm === 'least-connections' || algorithm === 'latency') fields['hash_on'] = 'none';
  else if (hashOn === 'none') fields['algorithm'] = 'round-robin';
  else if (typeof hashOn === 'string') fields['algorithm'] = 'consistent-hashing';
}

/** Kong shows and compares targets with their port, addresses written in one way. */
function completeTarget(fields: Fields): void {
  const { target } = fields;
  const parsed = typeof target === 'string' ? parseTarget(target) : undefined;
  if (parsed !== undefined) fields['target'] = formatTarget(parsed);
}

/** Kong keeps the SHA-1 digest of password and consumer id. */
function completePassword(fields: Fields, { transform }: Completion): void {
  const { password, consumer } = fields;
  if (!transform || typeof password !== 'string' || !isMapping(consumer)) return;
  fields['password'] = createHash('sha1')
    .update(`${password}${String(consumer['id'])}`)
    .digest('hex');
}

function completePlugin(fields: Fields, { given }: Completion): void {
  const { name, config, protocols } = fields;
  if (typeof name !== 'string') return;
  fields['config'] = fillPluginDefaults(name, isMapping(config) ? config : {});
  const own = pluginSchema(name)?.['x-protocols'];
  if (given['protocols'] === undefined && Array.isArray(own)) fields['protocols'] = own;
  // WebSockets are part of http and https here.
  else if (Array.isArray(protocols))
    fields['protocols'] = protocols.filter((protocol) => protocol !== 'ws' && protocol !== 'wss');
}

function completeDigest(fields: Fields): void {
  if (typeof fields['cert'] === 'string') fields['cert_digest'] = certificateDigest(fields['cert']);
}

/** Drawn once a process, so that a reload does not change what is made up. */
const seed = randomBytes(32);

function madeUp(what: string): string {
  return createHmac('sha256', seed).update(what).digest('base64url').slice(0, 32);
}
