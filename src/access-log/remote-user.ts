const BASIC = /^basic +(\S+)/i;

/**
 * The user that an Authorization field names by Basic authentication (RFC 7617), a byte a character; undefined for
 * other schemes, and where no user or no colon stands, as nginx's `$remote_user` has it.
 */
export function remoteUser(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, 'base64').toString('latin1');
  const end = credentials.indexOf(':');
  return end > 0 ? credentials.slice(0, end) : undefined;
}
