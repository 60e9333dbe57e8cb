/** OpenResty reads so many arguments and no more, as Kong's `lua_max_uri_args` has it by default. */
const MOST_ARGUMENTS = 100;

/**
 * The value of an argument of a query string (one byte a character, without question mark) as Kong hashes it: several
 * values are sorted and joined by commas, one without an equals sign is `true`. Undefined where there is none.
 */
export function queryArgument(query: string, name: string): string | undefined {
  const wanted = Buffer.from(name, 'utf8').toString('latin1');
  const values: string[] = [];
  for (const pair of query.split('&', MOST_ARGUMENTS)) {
    const equals = pair.indexOf('=');
    if (decode(equals < 0 ? pair : pair.slice(0, equals)) !== wanted || pair === '') continue;
    values.push(equals < 0 ? 'true' : decode(pair.slice(equals + 1)));
  }
  return values.length === 0 ? undefined : values.sort().join(',');
}

/** A `%` that is no part of `%XX` stays. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
