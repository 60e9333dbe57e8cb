import type { GatewayConfig } from '../../config/entities.js';
import type { ConfigIssue } from '../../config/issue.js';

/** What a check found out about one file. */
export interface FileReport {
  readonly file: string;
  /** Whether the config could be served: it has no errors, and under `--strict` no warnings. */
  readonly valid: boolean;
  /** Whether the file could be read at all. */
  readonly usable: boolean;
  readonly issues: readonly ConfigIssue[];
  /** Absent for an invalid config. */
  readonly config?: GatewayConfig;
  /** Kong's grouping of the errors by entity, where it was asked for. */
  readonly flattenedErrors?: readonly FlattenedError[];
}

/** All errors of one entity, in the shape of Kong's `flattened_errors`. */
export interface FlattenedError {
  readonly entity_type: string;
  readonly entity_id?: string;
  readonly entity_name?: string;
  readonly entity_tags?: readonly string[];
  readonly errors: readonly FieldError[];
}

export type FieldError =
  | { readonly type: 'field'; readonly field: string; readonly message: string }
  | { readonly type: 'entity'; readonly message: string };

/** The issues of one severity. */
export function issuesOf(report: FileReport, severity: ConfigIssue['severity']): readonly ConfigIssue[] {
  return report.issues.filter((issue) => issue.severity === severity);
}

/** `service "users", field retries`: what an issue is about; empty for the file as a whole. */
export function subjectOf({ entity, name, field }: ConfigIssue): string {
  const who = entity === undefined ? '' : name === undefined ? entity : `${entity} ${JSON.stringify(name)}`;
  const what = field === '' ? '' : `field ${field}`;
  return who === '' || what === '' ? `${who}${what}` : `${who}, ${what}`;
}

/** The message with what it is about in front, and the hint behind, on one line. */
export function sentenceOf(issue: ConfigIssue): string {
  const subject = subjectOf(issue);
  const hint = issue.hint === undefined ? '' : ` (hint: ${issue.hint})`;
  return `${subject === '' ? '' : `${subject}: `}${issue.message}${hint}`;
}
