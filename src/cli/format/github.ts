import type { ConfigIssue } from '../../config/issue.js';
import { type FileReport, sentenceOf } from './file-report.js';

/**
 * Workflow commands of GitHub Actions, one a line: `::error file=…,line=…::message`. They show up beside the changed
 * lines of a pull request.
 */
export function formatGithub(reports: readonly FileReport[]): string {
  return reports.flatMap(({ issues }) => issues.map(command)).join('\n');
}

function command(issue: ConfigIssue): string {
  const { severity, file, line, column, endColumn, code } = issue;
  const properties = [
    `file=${escapeProperty(file)}`,
    `line=${line}`,
    `col=${column}`,
    ...(endColumn > column ? [`endColumn=${endColumn}`] : []),
    `title=${escapeProperty(code)}`,
  ];
  return `::${severity} ${properties.join(',')}::${escapeMessage(sentenceOf(issue))}`;
}

/** A percent sign and line breaks would end the command, or be read as an escape. */
function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** In a property, a colon and a comma end it as well. */
function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
