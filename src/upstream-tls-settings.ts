import { SettingsError } from './errors.js';

/** How https services are spoken to where they do not say so themselves. Files are named, not read. */
export interface UpstreamTlsSettings {
  /** Whether the certificate of a service is verified whose `tls_verify` is null. */
  readonly verify: boolean;
  /** Intermediate certificates allowed where `tls_verify_depth` is null. */
  readonly verifyDepth: number;
  /** A path, or PEM text: who is trusted where `ca_certificates` is null. Undefined: nobody. */
  readonly trustedCertificate: string | undefined;
  /** A path or PEM text each: shown where no entity has a `client_certificate`. */
  readonly clientCertificate: { readonly certificate: string; readonly key: string } | undefined;
}

/** nginx's own default of `proxy_ssl_verify_depth`. */
const DEFAULT_DEPTH = 1;
/** That of `tls_verify_depth`. */
const MAX_DEPTH = 64;

/** The variables read here. */
export const UPSTREAM_TLS_VARIABLES = [
  'KONG_NGINX_PROXY_PROXY_SSL_VERIFY',
  'KONG_NGINX_PROXY_PROXY_SSL_VERIFY_DEPTH',
  'KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE',
  'KONG_CLIENT_SSL',
  'KONG_CLIENT_SSL_CERT',
  'KONG_CLIENT_SSL_CERT_KEY',
] as const;
type Variable = (typeof UPSTREAM_TLS_VARIABLES)[number];

/** How variables are read. Both throw SettingsError for what they cannot be. */
export interface VariableReader {
  /** Undefined where it is unset. */
  text(name: Variable): string | undefined;
  /** False where it is unset. */
  isOn(name: Variable): boolean;
}

/** Throws SettingsError naming the variable that cannot be used; what has no effect joins `warnings`. */
export function readUpstreamTls(variables: VariableReader, warnings: string[]): UpstreamTlsSettings {
  return {
    verify: variables.isOn('KONG_NGINX_PROXY_PROXY_SSL_VERIFY'),
    verifyDepth: readDepth(variables),
    trustedCertificate: variables.text('KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE'),
    clientCertificate: readClientCertificate(variables, warnings),
  };
}

/** In Kong's spelling. What is shown to services is left out, for the key may stand in its variable. */
export function describeUpstreamTls(settings: UpstreamTlsSettings): Readonly<Record<string, unknown>> {
  return {
    client_ssl: settings.clientCertificate !== undefined,
    nginx_proxy_proxy_ssl_verify: settings.verify ? 'on' : 'off',
    nginx_proxy_proxy_ssl_verify_depth: settings.verifyDepth,
    nginx_proxy_proxy_ssl_trusted_certificate: settings.trustedCertificate ?? null,
  };
}

function readClientCertificate(
  variables: VariableReader,
  warnings: string[],
): UpstreamTlsSettings['clientCertificate'] {
  const certificate = variables.text('KONG_CLIENT_SSL_CERT');
  const key = variables.text('KONG_CLIENT_SSL_CERT_KEY');
  if (!variables.isOn('KONG_CLIENT_SSL')) {
    if (certificate !== undefined || key !== undefined)
      warnings.push('KONG_CLIENT_SSL_CERT and its key have no effect: KONG_CLIENT_SSL is not on');
    return undefined;
  }
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? 'KONG_CLIENT_SSL_CERT' : 'KONG_CLIENT_SSL_CERT_KEY';
    throw new SettingsError(`KONG_CLIENT_SSL is on: set ${missing} too, to the path of a PEM file`);
  }
  return { certificate, key };
}

function readDepth(variables: VariableReader): number {
  const name = 'KONG_NGINX_PROXY_PROXY_SSL_VERIFY_DEPTH';
  const value = variables.text(name);
  if (value === undefined) return DEFAULT_DEPTH;
  const depth = /^\d{1,2}$/.test(value) ? Number(value) : Number.NaN;
  if (!(depth <= MAX_DEPTH)) {
    throw new SettingsError(`${name}: "${value}" is no depth: write a number from 0 to ${MAX_DEPTH}`);
  }
  return depth;
}
