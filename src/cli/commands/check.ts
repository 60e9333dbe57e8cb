import { readEnvironment } from '../../config/env-file.js';
import { formatIssue } from '../../config/format-issue.js';
import { ConfigError, type ConfigIssue } from '../../config/issue.js';
import { loadConfigs } from '../../config/load.js';
import { parseConfig } from '../../config/parse.js';
import { type ConfigSource, ConfigSourceError, readSources } from '../../config/source.js';
import { messageOf, SettingsError } from '../../errors.js';
import { ROUTE_RULES } from '../../lint/route-rules.js';
import type { Environment } from '../../settings.js';
import { describeConfig } from '../describe-config.js';
import { EXIT, plural } from '../failure.js';
import { type FileReport, issuesOf } from '../format/file-report.js';
import { flattenErrors } from '../format/flattened-errors.js';
import { FORMATS } from '../format/format.js';
import type { LoadFlags } from '../load-files.js';
import type { Terminal } from '../terminal.js';

/** The flags of `gateway check` as written on the command line. */
export interface CheckFlags extends LoadFlags {
  /** `text`, or a key of FORMATS. */
  readonly format: string;
  readonly strict?: boolean;
  readonly flattenErrors?: boolean;
}

/**
 * `gateway check [FILE…]`: loads every file, and those of `--config` together, as `start` would, and serves none.
 * Returns the worst exit code.
 */
export async function check(
  files: readonly string[],
  flags: CheckFlags,
  env: Environment,
  terminal: Terminal,
): Promise<number> {
  const groups = [...files.map((file) => [file]), ...(flags.config.length > 0 ? [flags.config] : [])];
  if (groups.length === 0) throw new SettingsError('check what? Write "gateway check kong.yaml"');
  if (flags.flattenErrors === true && flags.format !== 'json')
    throw new SettingsError('--flatten-errors is for programs: write --format json too');
  const environment = await readEnvironment(flags.envFile, env);
  const reports: FileReport[] = [];
  for (const group of groups) {
    const found = await reportsOf(group, flags, environment);
    if (flags.format === 'text') showText(group, found, flags, terminal);
    reports.push(...found);
  }
  const rendering = FORMATS[flags.format]?.(reports) ?? '';
  if (rendering !== '') terminal.out(rendering);
  if (reports.some(({ usable }) => !usable)) return EXIT.unusable;
  return reports.every(({ valid }) => valid) ? EXIT.ok : EXIT.failed;
}

/** One report for every file of a config. */
async function reportsOf(
  group: readonly string[],
  flags: CheckFlags,
  environment: Environment,
): Promise<readonly FileReport[]> {
  let sources: readonly ConfigSource[] = [];
  try {
    sources = await readSources(group);
    const { config, warnings } = loadConfigs(sources, { environment, rules: ROUTE_RULES });
    return split(group, sources, warnings, flags).map((report) => ({ ...report, config }));
  } catch (error) {
    if (error instanceof ConfigError) return split(group, sources, error.issues, flags);
    if (error instanceof ConfigSourceError) return [unreadable(group, error)];
    throw error;
  }
}

function split(
  group: readonly string[],
  sources: readonly ConfigSource[],
  issues: readonly ConfigIssue[],
  flags: CheckFlags,
): readonly FileReport[] {
  const named = [...sources.map(({ file }) => file), ...issues.map(({ file }) => file)];
  const files = new Set(named.length > 0 ? named : group);
  const documents = new Map<string, unknown>();
  const documentOf = (file: string): unknown => {
    const source = sources.find((one) => one.file === file);
    if (!documents.has(file) && source !== undefined) documents.set(file, parseConfig(source).value);
    return documents.get(file);
  };
  return Array.from(files, (file) => {
    const own = issues.filter((issue) => issue.file === file);
    const valid = own.every(({ severity }) => severity === 'warning' && flags.strict !== true);
    const flattened = flags.flattenErrors === true ? { flattenedErrors: flattenErrors(own, documentOf) } : {};
    return { file, valid, usable: true, issues: own, ...flattened };
  });
}

function unreadable(group: readonly string[], error: ConfigSourceError): FileReport {
  const file = group.find((path) => error.message.includes(` ${path}: `)) ?? group.join(', ');
  const place = { file, line: 1, column: 1, endColumn: 1, field: '', path: '' };
  const issue: ConfigIssue = {
    ...{ code: 'unreadable-file', severity: 'error', ...place, message: messageOf(error) },
    hint: 'check the path and the permissions',
  };
  return { file, valid: false, usable: false, issues: [issue] };
}

/** What is wrong goes to standard error, what is well to standard output. */
function showText(
  group: readonly string[],
  reports: readonly FileReport[],
  flags: CheckFlags,
  terminal: Terminal,
): void {
  for (const report of reports) {
    if (!report.usable) {
      for (const { message } of report.issues) terminal.err(`error: ${message}`);
      continue;
    }
    for (const issue of report.issues) terminal.err(formatIssue(issue, { color: terminal.color }));
    const summary = summaryOf(report);
    if (!report.valid) terminal.err(`${summary} in ${report.file}${reasonOf(report, flags)}`);
    else if (summary !== '') terminal.err(`${summary} in ${report.file}`);
  }
  const config = reports.every(({ valid }) => valid) ? reports[0]?.config : undefined;
  if (config !== undefined) terminal.out(`${group.join(', ')}: ok, ${describeConfig(config)}`);
}

/** `2 errors, 1 warning`; empty where there is nothing to tell. */
function summaryOf(report: FileReport): string {
  const counts = (['error', 'warning'] as const).map((severity) => {
    const { length } = issuesOf(report, severity);
    return length === 0 ? '' : plural(length, severity);
  });
  return counts.filter((count) => count !== '').join(', ');
}

function reasonOf(report: FileReport, { strict }: CheckFlags): string {
  return strict === true && issuesOf(report, 'error').length === 0 ? ' (--strict)' : '';
}
