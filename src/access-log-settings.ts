import { SettingsError } from './errors.js';

/** How a line of the access log is written; `combined` is Kong's default, nginx's combined with the request's id. */
export const ACCESS_LOG_FORMATS = ['json', 'combined'] as const;
export type AccessLogFormat = (typeof ACCESS_LOG_FORMATS)[number];

/** The standard output of this process, by the name that nginx's images use for it. */
export const STANDARD_OUTPUT = '/dev/stdout';

/** Where the access log goes, and in which format. */
export interface AccessLogSettings {
  readonly format: AccessLogFormat;
  /** A path, relative to the working directory; `/dev/stdout` and `/dev/stderr` are this process's own. */
  readonly file: string;
}

/** The flags that the access log has, as written. */
export interface AccessLogFlags {
  readonly accessLog?: string;
  readonly accessLogFile?: string;
}

const VARIABLE = 'KONG_PROXY_ACCESS_LOG';

/** Kong's name for the format it takes where none is named. */
const KONG_FORMAT = 'kong_log_format';

/** Parameters of nginx's access_log directive that say how it gathers lines, and nothing about them. */
const TUNING = /^(buffer|flush)=/;

/**
 * Each flag over its part of `variable` (the value of KONG_PROXY_ACCESS_LOG: `off`, or a path and perhaps a format);
 * undefined where no access log is wanted, as by default. Throws SettingsError; what has no effect joins `warnings`.
 */
export function readAccessLog(
  flags: AccessLogFlags,
  variable: string | undefined,
  warnings: string[],
): AccessLogSettings | undefined {
  const asked = variable === undefined ? undefined : parseVariable(variable, warnings);
  const format = flags.accessLog === undefined ? asked?.format : parseFormat(flags.accessLog);
  if (flags.accessLogFile === '') {
    throw new SettingsError('--access-log-file: an empty path was given: write the path of a file');
  }
  if (format === undefined) {
    if (flags.accessLogFile === undefined) return undefined;
    throw new SettingsError('--access-log-file: the access log is off: add --access-log json or combined');
  }
  return { format, file: flags.accessLogFile ?? asked?.file ?? STANDARD_OUTPUT };
}

/** In Kong's spelling. */
export function describeAccessLog(settings: AccessLogSettings | undefined): string {
  if (settings === undefined) return 'off';
  return settings.format === 'combined' ? settings.file : `${settings.file} ${settings.format}`;
}

function parseFormat(value: string): AccessLogFormat | undefined {
  const word = value.toLowerCase();
  if (word === 'off') return undefined;
  const format = ACCESS_LOG_FORMATS.find((known) => known === word);
  if (format === undefined) {
    const known = `off, ${ACCESS_LOG_FORMATS.join(' or ')}`;
    throw new SettingsError(`--access-log: "${value}" is no format: write ${known}`);
  }
  return format;
}

function parseVariable(value: string, warnings: string[]): AccessLogSettings | undefined {
  const [file = '', name = KONG_FORMAT, ...parameters] = value.split(/\s+/);
  if (file.toLowerCase() === 'off') {
    if (value.toLowerCase() === 'off') return undefined;
    throw new SettingsError(`${VARIABLE}: "${value}" says more than off: write off alone, or a path`);
  }
  if (file.startsWith('syslog:') || file.includes('$')) {
    throw new SettingsError(
      `${VARIABLE}: "${file}" is not supported: write a path without variables, or off`,
    );
  }
  const format = ACCESS_LOG_FORMATS.find((known) => known === (name === KONG_FORMAT ? 'combined' : name));
  if (format === undefined) {
    const known = [...ACCESS_LOG_FORMATS, KONG_FORMAT].join(', ');
    throw new SettingsError(`${VARIABLE}: "${name}" is no known format: write one of ${known}`);
  }
  for (const parameter of parameters) checkParameter(parameter, warnings);
  return { format, file };
}

function checkParameter(parameter: string, warnings: string[]): void {
  if (!TUNING.test(parameter)) {
    throw new SettingsError(`${VARIABLE}: "${parameter}" is not supported: leave it out`);
  }
  warnings.push(`${VARIABLE}: "${parameter}" tunes nginx and has no effect here`);
}
