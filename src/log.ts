import { type DestinationStream, pino } from 'pino';

/** Log levels in Kong's spelling (`KONG_LOG_LEVEL`), most to least talkative. */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warn',
  'error',
  'crit',
  'alert',
  'emerg',
  'silent',
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the parts of the gateway log through: fields first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Kong has nginx's eight levels, pino has fewer: each maps to the nearest one that is not more talkative. */
const PINO_LEVEL: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  silent: 'silent',
};

/**
 * A logger that writes one JSON object a line to `destination` (standard output when none is given). `fields` are in
 * every line.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream, fields?: object): Logger {
  const base = fields === undefined ? null : { ...fields };
  const options = { level: PINO_LEVEL[level], base, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
