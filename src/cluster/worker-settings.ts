import type { PlaneSettings } from '../data-plane/plane-settings.js';
import { SettingsError } from '../errors.js';
import type { LogLevel } from '../log.js';

/** The variable in which a primary hands a worker its settings. */
export const WORKER_SETTINGS = 'GATEWAY_WORKER';

/** How a worker runs: plain JSON. */
export interface WorkerSettings {
  /** Its place among the workers, from 1. */
  readonly id: number;
  /** How many workers there are. */
  readonly count: number;
  readonly logLevel: LogLevel;
  /** How long requests may take to end when nobody tells the worker how long, in milliseconds. */
  readonly drainTimeout: number;
  readonly plane: PlaneSettings;
}

/** Throws SettingsError when the process was not started by a primary. */
export function readWorkerSettings(env: Readonly<Record<string, string | undefined>>): WorkerSettings {
  const text = env[WORKER_SETTINGS];
  if (text === undefined) throw new SettingsError('a worker is started by "gateway start", not by hand');
  return JSON.parse(text) as WorkerSettings;
}
