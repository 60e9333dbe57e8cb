import { SettingsError } from './errors.js';

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** How TLS is spoken with clients: plain JSON. */
export interface TlsProtocol {
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** In OpenSSL's notation, for TLS 1.2 and below. */
  readonly ciphers: string;
  readonly preferServerCiphers: boolean;
  /** Whether clients may resume a session. */
  readonly sessionTickets: boolean;
  /** In seconds. */
  readonly sessionTimeout: number;
}

/** A certificate and its key as a setting gives them: a path, PEM, or base64 of PEM. */
export interface PairSource {
  readonly cert: string;
  readonly key: string;
  /** The setting the certificate comes from, and that of the key, for messages. */
  readonly from: readonly [cert: string, key: string];
}

/** What the settings say of TLS. A listener without certificates of its own gets one that is made at the start. */
export interface TlsSettings {
  readonly protocol: TlsProtocol;
  readonly proxy: readonly PairSource[];
  readonly admin: readonly PairSource[];
  readonly status: readonly PairSource[];
}

/** The flags about TLS as written on the command line. */
export interface TlsFlags {
  readonly sslCert?: string;
  readonly sslCertKey?: string;
}

/** The variables that are read here. */
export const TLS_VARIABLES: readonly string[] = [
  'KONG_SSL_CERT',
  'KONG_SSL_CERT_KEY',
  'KONG_ADMIN_SSL_CERT',
  'KONG_ADMIN_SSL_CERT_KEY',
  'KONG_STATUS_SSL_CERT',
  'KONG_STATUS_SSL_CERT_KEY',
  'KONG_SSL_CIPHER_SUITE',
  'KONG_SSL_CIPHERS',
  'KONG_SSL_PROTOCOLS',
  'KONG_SSL_PREFER_SERVER_CIPHERS',
  'KONG_SSL_SESSION_TICKETS',
  'KONG_SSL_SESSION_TIMEOUT',
];

/** The value of a variable; undefined where it is unset or empty. */
type Variable = (name: string) => string | undefined;

type Suite = Pick<TlsProtocol, 'minVersion' | 'maxVersion' | 'ciphers' | 'preferServerCiphers'>;

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Those with a key exchange of ephemeral ECDH and authenticated encryption. */
const STRONG = [
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** What clients from before TLS 1.2 know. OpenSSL speaks with them at its lowest security level only. */
const WEAK = [
  'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:@SECLEVEL=0',
].join(':');

/** Kong's `ssl_cipher_suite`, after Mozilla's recommendations. DHE is left out: ECDHE does the same at a fraction of the cost. */
const SUITES: Readonly<Record<string, Suite>> = {
  modern: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: STRONG, preferServerCiphers: false },
  intermediate: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: STRONG, preferServerCiphers: false },
  old: {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.3',
    ciphers: `${STRONG}:${WEAK}`,
    preferServerCiphers: true,
  },
};

const CUSTOM_ONLY = ['KONG_SSL_CIPHERS', 'KONG_SSL_PROTOCOLS', 'KONG_SSL_PREFER_SERVER_CIPHERS'];
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const DAY = 86_400;
/** What a ticket's lifetime can be at most (RFC 8446, 4.6.1), in seconds. */
const MAX_SESSION = 604_800;

/** Reads what is set about TLS. Throws SettingsError naming the variable that cannot be used. */
export function readTls(flags: TlsFlags, variable: Variable, warnings: string[]): TlsSettings {
  const set = { cert: variable('KONG_SSL_CERT'), key: variable('KONG_SSL_CERT_KEY') };
  const [certName, keyName] = [
    flags.sslCert === undefined ? 'KONG_SSL_CERT' : '--ssl-cert',
    flags.sslCertKey === undefined ? 'KONG_SSL_CERT_KEY' : '--ssl-cert-key',
  ];
  return {
    protocol: {
      ...readSuite(variable, warnings),
      sessionTickets: onOff('KONG_SSL_SESSION_TICKETS', variable, true),
      sessionTimeout: readTime('KONG_SSL_SESSION_TIMEOUT', variable) ?? DAY,
    },
    proxy: pairs([certName, flags.sslCert ?? set.cert], [keyName, flags.sslCertKey ?? set.key]),
    admin: pairsOf('KONG_ADMIN_SSL_CERT', variable),
    status: pairsOf('KONG_STATUS_SSL_CERT', variable),
  };
}

/** The settings in Kong's spelling; the certificates are not shown, for their keys may stand in them. */
export function describeTls({ protocol }: TlsSettings): Readonly<Record<string, unknown>> {
  const [first, last] = [VERSIONS.indexOf(protocol.minVersion), VERSIONS.indexOf(protocol.maxVersion)];
  return {
    ssl_protocols: VERSIONS.slice(first, last + 1).join(' '),
    ssl_ciphers: protocol.ciphers,
    ssl_prefer_server_ciphers: protocol.preferServerCiphers ? 'on' : 'off',
    ssl_session_tickets: protocol.sessionTickets ? 'on' : 'off',
    ssl_session_timeout: `${protocol.sessionTimeout}s`,
  };
}

function pairsOf(name: string, variable: Variable): readonly PairSource[] {
  return pairs([name, variable(name)], [`${name}_KEY`, variable(`${name}_KEY`)]);
}

function pairs(
  [certName, certs]: readonly [string, string | undefined],
  [keyName, keys]: readonly [string, string | undefined],
): readonly PairSource[] {
  const [certList, keyList] = [split(certs), split(keys)];
  if (certList.length !== keyList.length) {
    throw new SettingsError(
      `${certName} names ${certList.length} and ${keyName} ${keyList.length}: write one key for each certificate, in the same order`,
    );
  }
  return certList.map((cert, index) => ({ cert, key: keyList[index] ?? '', from: [certName, keyName] }));
}

function split(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function readSuite(variable: Variable, warnings: string[]): Suite {
  const name = variable('KONG_SSL_CIPHER_SUITE') ?? 'intermediate';
  if (name === 'custom') return customSuite(variable);
  const suite = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
  if (suite === undefined) {
    const known = [...Object.keys(SUITES), 'custom'].join(', ');
    throw new SettingsError(`KONG_SSL_CIPHER_SUITE: "${name}" is no suite: write one of ${known}`);
  }
  for (const other of CUSTOM_ONLY) {
    if (variable(other) !== undefined)
      warnings.push(`${other} has no effect unless KONG_SSL_CIPHER_SUITE is custom; it is ${name}`);
  }
  return suite;
}

function customSuite(variable: Variable): Suite {
  const names = (variable('KONG_SSL_PROTOCOLS') ?? 'TLSv1.2 TLSv1.3').split(/\s+/);
  const versions = names.map((name) => VERSIONS.indexOf(name as TlsVersion)).sort((a, b) => a - b);
  const [first = -1, last = -1] = [versions.at(0), versions.at(-1)];
  const [minVersion, maxVersion] = [VERSIONS[first], VERSIONS[last]];
  if (minVersion === undefined || maxVersion === undefined) {
    throw new SettingsError(`KONG_SSL_PROTOCOLS: write some of ${VERSIONS.join(' ')}, separated by spaces`);
  }
  if (new Set(versions).size !== last - first + 1) {
    throw new SettingsError(
      `KONG_SSL_PROTOCOLS: a version between ${minVersion} and ${maxVersion} is missing`,
    );
  }
  const preferServerCiphers = onOff('KONG_SSL_PREFER_SERVER_CIPHERS', variable, true);
  const ciphers = variable('KONG_SSL_CIPHERS') ?? STRONG;
  const level = first < VERSIONS.indexOf('TLSv1.2') && !ciphers.includes('@SECLEVEL') ? ':@SECLEVEL=0' : '';
  return { minVersion, maxVersion, ciphers: ciphers + level, preferServerCiphers };
}

function onOff(name: string, variable: Variable, otherwise: boolean): boolean {
  const word = variable(name)?.toLowerCase();
  if (word === undefined) return otherwise;
  if (word === 'on') return true;
  if (word === 'off') return false;
  throw new SettingsError(`${name}: "${word}" is neither on nor off: write one of the two`);
}

/** A time as nginx writes it: `1d`, `90m`, `1h 30m`, `300`. In seconds. */
function readTime(name: string, variable: Variable): number | undefined {
  const value = variable(name);
  if (value === undefined) return undefined;
  let seconds = /^(\d+[smhdw]?\s*)+$/.test(value) ? 0 : Number.NaN;
  for (const [, digits = '', unit = 's'] of value.matchAll(/(\d+)([smhdw])?/g)) {
    seconds += Number(digits) * (SECONDS[unit] ?? 1);
  }
  if (seconds >= 1 && seconds <= MAX_SESSION) return seconds;
  throw new SettingsError(`${name}: "${value}" is no time from 1s to 7d: write 1d, 10m or 300, for example`);
}
