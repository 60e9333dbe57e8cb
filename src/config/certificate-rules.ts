import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '../errors.js';
import type { Finding, Path } from './finding.js';

type Entity = Readonly<Record<string, unknown>>;

/** A certificate and its key: both can be read, and belong together. An expired one is a warning. */
export function checkCertificate(entity: Entity, path: Path): readonly Finding[] {
  const main = checkPair(entity, path, 'cert', 'key');
  const alternative = checkPair(entity, path, 'cert_alt', 'key_alt');
  const findings = [...main.findings, ...alternative.findings];
  const type = main.certificate?.publicKey.asymmetricKeyType;
  if (type !== undefined && type === alternative.certificate?.publicKey.asymmetricKeyType) {
    findings.push({
      code: 'invalid-certificate',
      path: [...path, 'cert_alt'],
      message: `certificate and alternative certificate need to have different types, both are ${type}`,
      hint: 'clients get the one they can use: give one an RSA key and the other an EC key',
    });
  }
  return findings;
}

interface Pair {
  readonly certificate: X509Certificate | undefined;
  readonly findings: readonly Finding[];
}

function checkPair(entity: Entity, path: Path, certField: string, keyField: string): Pair {
  const findings: Finding[] = [];
  const certificate = readCertificate(entity[certField], [...path, certField], findings);
  const key = readPrivateKey(entity[keyField], [...path, keyField], findings);
  if (certificate === undefined) return { certificate, findings };
  if (key !== undefined && !certificate.checkPrivateKey(key)) {
    findings.push({
      code: 'invalid-certificate',
      path: [...path, keyField],
      message: 'certificate does not match key',
      hint: `${keyField} must be the private key that ${certField} was made for; of a chain, the server's own certificate stands first`,
    });
  }
  const lapsed = outOfDate(certificate);
  if (lapsed !== undefined) findings.push({ ...lapsed, severity: 'warning', path: [...path, certField] });
  return { certificate, findings };
}

/** An authority: one certificate, in date, that may sign others. */
export function checkCaCertificate(entity: Entity, path: Path): readonly Finding[] {
  const findings: Finding[] = [];
  const { cert } = entity;
  const at = [...path, 'cert'];
  const certificate = readCertificate(cert, at, findings);
  if (certificate === undefined) return findings;
  const lapsed = outOfDate(certificate);
  if (typeof cert === 'string' && cert.split('-----BEGIN CERTIFICATE-----').length > 2) {
    findings.push({
      code: 'invalid-certificate',
      path: at,
      message: 'please submit only one certificate at a time',
      hint: 'make an entry of ca_certificates for each certificate',
    });
  } else if (lapsed?.code === 'certificate-expired') {
    findings.push({ ...lapsed, code: 'invalid-certificate', path: at });
  } else if (!certificate.ca) {
    findings.push({
      code: 'invalid-certificate',
      path: at,
      message: 'certificate does not appear to be a CA because it is missing the "CA" basic constraint',
      hint: "write the certificate of the authority, not that of a server; a server's stands in certificates",
    });
  }
  return findings;
}

const WITH_PUBLIC_KEY: ReadonlySet<unknown> = new Set([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA'],
]);

/** The public key of a JWT credential, where its algorithm uses one. */
export function checkPublicKey({ algorithm, rsa_public_key: key }: Entity, path: Path): readonly Finding[] {
  if (typeof key !== 'string' || !WITH_PUBLIC_KEY.has(algorithm)) return [];
  try {
    createPublicKey(key);
    return [];
  } catch (error) {
    return [
      unreadable('invalid-certificate', 'invalid key', key, 'PUBLIC KEY', error, [...path, 'rsa_public_key']),
    ];
  }
}

/** The SHA-256 digest of a certificate, 64 lower-case hex digits. Throws for what is none. */
export function certificateDigest(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

function readCertificate(value: unknown, path: Path, findings: Finding[]): X509Certificate | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    return new X509Certificate(value);
  } catch (error) {
    findings.push(
      unreadable('invalid-certificate', 'invalid certificate', value, 'CERTIFICATE', error, path),
    );
    return undefined;
  }
}

function readPrivateKey(value: unknown, path: Path, findings: Finding[]): KeyObject | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    return createPrivateKey(value);
  } catch (error) {
    findings.push(unreadable('invalid-certificate', 'invalid key', value, 'PRIVATE KEY', error, path));
    return undefined;
  }
}

/** Why a PEM text cannot be read. The text itself is never shown: it may be a secret. */
function unreadable(
  code: string,
  what: string,
  text: string,
  label: string,
  error: unknown,
  path: Path,
): Finding {
  const frame = `-----BEGIN ${label}----- and -----END ${label}-----`;
  if (!text.includes('-----BEGIN ')) {
    const hint = `write it as PEM, between ${frame}, in a block: |`;
    return { code, path, message: `${what}: it is no PEM text`, hint };
  }
  if (text.includes('\\n')) {
    const hint =
      'in double quotes "\\n" is a line break; elsewhere write the lines one below the other, in a block: |';
    return { code, path, message: `${what}: its line breaks are written as \\n`, hint };
  }
  if (/ENCRYPTED/.test(text)) {
    const hint = 'decrypt it first: openssl pkey -in key.pem -out plain.pem';
    return { code, path, message: `${what}: it is encrypted`, hint };
  }
  const reason = messageOf(error).replace(/^error:[0-9A-F]+:/, '');
  return { code, path, message: `${what}: ${reason}`, hint: `copy it whole, with ${frame}` };
}

function outOfDate(certificate: X509Certificate): Omit<Finding, 'path'> | undefined {
  const now = Date.now();
  if (Date.parse(certificate.validTo) < now) {
    return {
      code: 'certificate-expired',
      message: `certificate expired, "Not After" time is in the past: ${certificate.validTo}`,
      hint: 'renew it: clients refuse it',
    };
  }
  if (Date.parse(certificate.validFrom) > now) {
    return {
      code: 'certificate-not-yet-valid',
      message: `the certificate is valid from ${certificate.validFrom} only`,
      hint: 'until then clients refuse it; check the clock of this machine too',
    };
  }
  return undefined;
}
