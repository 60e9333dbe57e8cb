import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';

/** A certificate with its key, both PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly commonName: string;
}

/** What a test certificate says. */
export interface CertificateOptions {
  readonly commonName: string;
  /** DNS names and IPv4 addresses in subjectAltName. */
  readonly names?: readonly string[];
  /** May sign other certificates. */
  readonly ca?: boolean;
  /** Who signs it; itself when absent. */
  readonly issuer?: TestCertificate;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** With an RSA key of so many bits instead of an ECDSA one; all certificates of one size share theirs. */
  readonly rsa?: number;
}

const DAY = 86_400_000;

const rsaKeys = new Map<number, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>();

function keysOf({ rsa }: CertificateOptions): {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
} {
  if (rsa === undefined) return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = rsaKeys.get(rsa) ?? generateKeyPairSync('rsa', { modulusLength: rsa });
  rsaKeys.set(rsa, keys);
  return keys;
}

/** Makes an ECDSA P-256 or RSA certificate (X.509 v3, written in DER by hand: Node can read them but not make them). */
export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { privateKey, publicKey } = keysOf(options);
  const signer = options.issuer?.privateKey ?? privateKey;
  const notBefore = options.notBefore ?? new Date(Date.now() - DAY);
  const notAfter = options.notAfter ?? new Date(Date.now() + 90 * DAY);
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const ecdsa = signer.asymmetricKeyType === 'ec';
  const algorithm = ecdsa
    ? sequence(oid('1.2.840.10045.4.3.2'))
    : sequence(oid('1.2.840.113549.1.1.11'), der(0x05, Buffer.alloc(0)));
  const body = sequence(
    tagged(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name(options.issuer?.commonName ?? options.commonName),
    sequence(time(notBefore), time(notAfter)),
    name(options.commonName),
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(...extensions(options))),
  );
  const signature = sign('sha256', body, signer);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = certificate
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  // Fails here rather than in a handshake when the DER is wrong.
  new X509Certificate(cert);
  return {
    cert,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    privateKey,
    commonName: options.commonName,
  };
}

function extensions(options: CertificateOptions): readonly Buffer[] {
  const list: Buffer[] = [];
  if (options.ca === true) {
    list.push(extension('2.5.29.19', true, sequence(der(0x01, Buffer.from([0xff])))));
  }
  const names = options.names ?? [];
  if (names.length > 0) list.push(extension('2.5.29.17', false, sequence(...names.map(alternativeName))));
  const identifier = createHash('sha1').update(options.commonName).digest();
  list.push(extension('2.5.29.14', false, der(0x04, identifier)));
  return list;
}

function alternativeName(text: string): Buffer {
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(text);
  return address ? der(0x87, Buffer.from(text.split('.').map(Number))) : der(0x82, Buffer.from(text));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return der(0x18, Buffer.from(`${digits}Z`));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  return der(tag, content);
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
