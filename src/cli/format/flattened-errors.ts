import { isMapping, type Path, valueAt } from '../../config/finding.js';
import type { ConfigIssue } from '../../config/issue.js';
import type { FieldError, FlattenedError } from './file-report.js';

/**
 * The errors grouped by entity, as Kong's `POST /config?flatten_errors=1` answers them. `documentOf` gives the parsed
 * content of a file. What stands at the top of the file belongs to no entity and is left out, as in Kong; so is the
 * entity itself, which may hold secrets.
 */
export function flattenErrors(
  issues: readonly ConfigIssue[],
  documentOf: (file: string) => unknown,
): readonly FlattenedError[] {
  const groups = new Map<
    string,
    { readonly head: Omit<FlattenedError, 'errors'>; readonly errors: FieldError[] }
  >();
  for (const issue of issues) {
    const { entity, severity, file } = issue;
    if (entity === undefined || severity !== 'error') continue;
    const path = entityPath(issue);
    const key = JSON.stringify([file, path]);
    const group = groups.get(key) ?? {
      head: headOf(issue, entity, valueAt(documentOf(file), path)),
      errors: [],
    };
    groups.set(key, group);
    group.errors.push(errorOf(issue));
  }
  return Array.from(groups.values(), ({ head, errors }) => ({ ...head, errors }));
}

/** `services[0].routes[1].paths[1]` without the field at its end. */
function entityPath({ path, field }: ConfigIssue): Path {
  const own = path.endsWith(field) ? path.slice(0, path.length - field.length) : path;
  const steps = own.match(/[^.[\]]+/g) ?? [];
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function headOf(issue: ConfigIssue, entity: string, value: unknown): Omit<FlattenedError, 'errors'> {
  const { id, tags } = isMapping(value) ? value : {};
  const { name } = issue;
  return {
    entity_type: entity,
    ...(typeof id === 'string' ? { entity_id: id } : {}),
    ...(name === undefined || name === id ? {} : { entity_name: name }),
    ...(isTexts(tags) ? { entity_tags: tags } : {}),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Kong counts list items from 1 and joins with dots: `hosts.2`. */
function errorOf({ field, message }: ConfigIssue): FieldError {
  if (field === '') return { type: 'entity', message };
  return {
    type: 'field',
    field: field.replaceAll(/\[(\d+)\]/g, (_, index: string) => `.${Number(index) + 1}`),
    message,
  };
}
