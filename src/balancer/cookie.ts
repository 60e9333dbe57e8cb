/**
 * Finds a cookie as nginx does for Kong: its name in any case, behind a semicolon or a comma, the value up to the next
 * semicolon, in the first Cookie header that has it. Undefined where none has.
 */
export function cookieReader(
  name: string,
): (request: { readonly rawHeaders: readonly string[] }) => string | undefined {
  const pattern = new RegExp(`(?:^|[;,]) *${escaped(name)} *= *([^;]*)`, 'i');
  return ({ rawHeaders }) => {
    for (let at = 0; at < rawHeaders.length; at += 2) {
      if (rawHeaders[at]?.toLowerCase() !== 'cookie') continue;
      const found = pattern.exec(rawHeaders[at + 1] ?? '');
      if (found !== null) return found[1];
    }
    return undefined;
  };
}

function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
