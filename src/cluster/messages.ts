import type { HealthChange, PassiveReport } from '../balancer/health/health-change.js';
import { type EntityKind, isEntityKind } from '../config/entity-kinds.js';
import type { Listener } from '../listen-settings.js';
import type { WorkerFigures } from '../metrics/worker-status.js';
import type { TlsTerms } from '../tls/terms.js';

/**
 * What the primary says to a worker. A config comes in pieces, each of which is acknowledged; it is built on
 * `config:prepare` and serves on `config:commit`. `version` tells the configs apart.
 */
export type ToWorker =
  | ConfigBegin
  | ConfigPiece
  | { readonly type: 'config:prepare'; readonly version: number }
  | { readonly type: 'config:commit'; readonly version: number }
  | { readonly type: 'config:abort'; readonly version: number }
  | {
      readonly type: 'worker:listen';
      readonly addresses: readonly Listener[];
      /** The same for all workers: they share listeners and sessions. */
      readonly terms?: TlsTerms | undefined;
    }
  | { readonly type: 'worker:drain'; readonly timeout: number }
  | { readonly type: 'logs:reopen' }
  | { readonly type: 'health:changed'; readonly changes: readonly HealthChange[] }
  | { readonly type: 'status:ask'; readonly call: number };

/** Announces a config: what it holds besides its lists. */
export interface ConfigBegin {
  readonly type: 'config:begin';
  readonly version: number;
  readonly format_version: string;
  readonly transform: boolean;
  readonly hash: string;
}

/** Some entities of one kind, in their order. */
export interface ConfigPiece {
  readonly type: 'config:piece';
  readonly version: number;
  /** Counts the pieces of a config, from 0. */
  readonly index: number;
  readonly kind: EntityKind;
  readonly entities: readonly object[];
}

/** What a worker says to the primary. */
export type ToPrimary =
  | { readonly type: 'worker:ready' }
  | { readonly type: 'worker:listening'; readonly addresses: readonly Listener[] }
  | { readonly type: 'worker:deaf'; readonly message: string }
  | { readonly type: 'worker:leaving' }
  | { readonly type: 'config:received'; readonly version: number; readonly index: number }
  | { readonly type: 'config:prepared'; readonly version: number }
  | { readonly type: 'config:rejected'; readonly version: number; readonly message: string }
  | { readonly type: 'config:committed'; readonly version: number }
  | { readonly type: 'health:reported'; readonly reports: readonly PassiveReport[] }
  | { readonly type: 'status:told'; readonly call: number; readonly figures: WorkerFigures };

type FieldType = 'number' | 'string' | 'boolean' | 'object' | 'array' | 'kind';
type Shape = Readonly<Record<string, FieldType>>;

const TO_WORKER: Readonly<Record<ToWorker['type'], Shape>> = {
  'config:begin': { version: 'number', format_version: 'string', transform: 'boolean', hash: 'string' },
  'config:piece': { version: 'number', index: 'number', kind: 'kind', entities: 'array' },
  'config:prepare': { version: 'number' },
  'config:commit': { version: 'number' },
  'config:abort': { version: 'number' },
  'worker:listen': { addresses: 'array' },
  'worker:drain': { timeout: 'number' },
  'logs:reopen': {},
  'health:changed': { changes: 'array' },
  'status:ask': { call: 'number' },
};

const TO_PRIMARY: Readonly<Record<ToPrimary['type'], Shape>> = {
  'worker:ready': {},
  'worker:listening': { addresses: 'array' },
  'worker:deaf': { message: 'string' },
  'worker:leaving': {},
  'config:received': { version: 'number', index: 'number' },
  'config:prepared': { version: 'number' },
  'config:rejected': { version: 'number', message: 'string' },
  'config:committed': { version: 'number' },
  'health:reported': { reports: 'array' },
  'status:told': { call: 'number', figures: 'object' },
};

/** Whether a value from the channel is a message for a worker. What is inside lists is not looked at. */
export function isToWorker(value: unknown): value is ToWorker {
  return fits(TO_WORKER, value);
}

/** Whether a value from the channel is a message for the primary. */
export function isToPrimary(value: unknown): value is ToPrimary {
  return fits(TO_PRIMARY, value);
}

function fits(shapes: Readonly<Record<string, Shape>>, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const { type } = value;
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (shape === undefined) return false;
  return Object.entries(shape).every(([field, wanted]) => isOfType(Reflect.get(value, field), wanted));
}

function isOfType(value: unknown, wanted: FieldType): boolean {
  if (wanted === 'array') return Array.isArray(value);
  if (wanted === 'kind') return typeof value === 'string' && isEntityKind(value);
  return value !== null && typeof value === wanted;
}
