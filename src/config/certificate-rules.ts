import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../errors.js';
import type { Finding, Path } from './finding.js';

const DAY = 86_400_000;
/** From so many days before its end on, a certificate is warned of. */
const SOON_DAYS = 30;
const USUAL_RSA_BITS = 2048;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

type Entity = Readonly<Record<string, unknown>>;

/** A certificate and its key: both can be read, and belong together. An old one, or a wrong chain, is a warning. */
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
  checkChain(entity[certField], [...path, certField], findings);
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
  const lapsed = outOfDate(certificate) ?? expiresSoon(certificate);
  if (lapsed !== undefined) findings.push({ ...lapsed, severity: 'warning', path: [...path, certField] });
  if (findings.length === 0) findings.push(...refusals(entity, path, certField, keyField, certificate));
  return { certificate, findings };
}

/** The certificates behind the first one, each of which has to have signed the one before it (RFC 8446, 4.4.2). */
function checkChain(value: unknown, path: Path, findings: Finding[]): void {
  if (typeof value !== 'string' || findings.length > 0) return;
  const [first, ...others] = value.match(PEM_CERTIFICATE) ?? [];
  if (first === undefined || others.length === 0) return;
  let previous = new X509Certificate(first);
  for (const [index, pem] of others.entries()) {
    const found: Finding[] = [];
    const next = readCertificate(pem, path, found);
    if (next === undefined) {
      findings.push(
        ...found.map((one) => ({ ...one, message: `${one.message}, number ${index + 2} of the chain` })),
      );
      return;
    }
    if (!previous.checkIssued(next)) {
      findings.push({
        code: 'certificate-chain',
        severity: 'warning',
        path,
        message: `certificate ${index + 2} of the chain did not issue certificate ${index + 1}`,
        hint: "write the server's own certificate first, and behind each one that of its issuer",
      });
      return;
    }
    previous = next;
  }
}

/** What OpenSSL would refuse in every handshake: keys that are too short, for one. It is asked for unusual keys only. */
function refusals(
  entity: Entity,
  path: Path,
  certField: string,
  keyField: string,
  { publicKey }: X509Certificate,
): readonly Finding[] {
  const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
  const [cert, key] = [entity[certField], entity[keyField]];
  const usual = publicKey.asymmetricKeyType === 'ec' || modulusLength >= USUAL_RSA_BITS;
  if (usual || typeof cert !== 'string' || typeof key !== 'string') return [];
  try {
    createSecureContext({ cert, key, ca: [] });
    return [];
  } catch (error) {
    const message = `the certificate cannot be used: ${reasonOf(error)}`;
    const hint = 'make a new one, with an ECDSA P-256 key or an RSA key of 2048 bits';
    return [{ code: 'invalid-certificate', path: [...path, certField], message, hint }];
  }
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
  return { code, path, message: `${what}: ${reasonOf(error)}`, hint: `copy it whole, with ${frame}` };
}

function reasonOf(error: unknown): string {
  return messageOf(error).replace(/^error:[0-9A-F]+:/, '');
}

function expiresSoon(certificate: X509Certificate): Omit<Finding, 'path'> | undefined {
  const left = Date.parse(certificate.validTo) - Date.now();
  if (left > SOON_DAYS * DAY) return undefined;
  return {
    code: 'certificate-expires-soon',
    message: `certificate expires in less than ${SOON_DAYS} days: ${certificate.validTo}`,
    hint: 'renew it before',
  };
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
