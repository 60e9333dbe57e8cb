import { isIP } from 'node:net';
import { type Finding, isMapping, type Path } from './finding.js';
import { checkPattern, checkRoutePath, type PathFault } from './route-path.js';

/** The rules of a single route that a schema cannot tell. */
export function checkRoute(
  route: Readonly<Record<string, unknown>>,
  path: Path,
  legacy: boolean,
): readonly Finding[] {
  const findings: Finding[] = [];
  const check = (value: unknown, at: Path, judge: (text: string) => PathFault | undefined): void => {
    const fault = typeof value === 'string' ? judge(value) : undefined;
    if (fault !== undefined) findings.push({ ...fault, path: at });
  };
  const { paths, headers } = route;
  if (Array.isArray(paths)) {
    for (const [index, value] of paths.entries()) {
      check(value, [...path, 'paths', index], (text) => checkRoutePath(text, legacy));
    }
  }
  for (const [name, values] of isMapping(headers) ? Object.entries(headers) : []) {
    if (!Array.isArray(values)) continue;
    for (const [index, value] of values.entries()) {
      check(value, [...path, 'headers', name, index], (text) =>
        text.startsWith('~*') ? checkPattern(text.slice(2), '~*') : undefined,
      );
    }
  }
  for (const field of ['sources', 'destinations']) {
    const ranges = route[field];
    for (const [index, range] of Array.isArray(ranges) ? ranges.entries() : []) {
      if (isMapping(range)) check(range['ip'], [...path, field, index, 'ip'], checkAddressRange);
    }
  }
  return findings;
}

/** An IP address, or a network in CIDR notation. */
function checkAddressRange(text: string): PathFault | undefined {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))) return undefined;
  return {
    code: 'invalid-value',
    message: `invalid ip or cidr range: '${text}'`,
    hint: 'write an address, or a network with its bits: 10.0.0.0/8',
  };
}
