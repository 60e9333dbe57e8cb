import type { ConfigIssue } from '../../config/issue.js';
import type { FileReport } from './file-report.js';

/** `[{file, valid, issues: [...]}]`, every issue with all of its keys: null where there is nothing to say. */
export function formatJson(reports: readonly FileReport[]): string {
  return JSON.stringify(reports.map(toJson), null, 2);
}

function toJson({ file, valid, issues, flattenedErrors }: FileReport): object {
  const flattened = flattenedErrors === undefined ? {} : { flattened_errors: flattenedErrors };
  return { file, valid, issues: issues.map(issueJson), ...flattened };
}

/** An issue as programs read it. */
export function issueJson(issue: ConfigIssue): object {
  const {
    code,
    severity,
    file,
    line,
    column,
    entity = null,
    name = null,
    field,
    message,
    hint = null,
  } = issue;
  return { code, severity, file, line, column, entity, name, field, message, hint };
}
