/** The entities of a declarative config, spelled exactly as in kong.yaml, with every default filled in. */

export type ServiceProtocol = 'http' | 'https' | 'grpc' | 'grpcs' | 'tcp' | 'tls' | 'udp' | 'tls_passthrough';
export type RouteProtocol = ServiceProtocol;
export type PathHandling = 'v0' | 'v1';
export type RedirectStatus = 426 | 301 | 302 | 307 | 308;

/** A reference to another entity, by id once the config is normalized. */
export interface Reference {
  readonly id: string;
}

/** An upstream application. Times are in milliseconds, `created_at` and `updated_at` in seconds since 1970. */
export interface Service {
  readonly id: string;
  readonly name: string | null;
  readonly protocol: ServiceProtocol;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  readonly retries: number;
  readonly connect_timeout: number;
  readonly write_timeout: number;
  readonly read_timeout: number;
  readonly enabled: boolean;
  readonly tags: readonly string[] | null;
  readonly client_certificate: Reference | null;
  readonly ca_certificates: readonly string[] | null;
  readonly tls_verify: boolean | null;
  readonly tls_verify_depth: number | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface AddressRange {
  readonly ip: string | null;
  readonly port: number | null;
}

/** Which requests go to a service. `null` and an empty list both mean: this property does not restrict. */
export interface Route {
  readonly id: string;
  readonly name: string | null;
  readonly protocols: readonly RouteProtocol[];
  readonly methods: readonly string[] | null;
  readonly hosts: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly headers: Readonly<Record<string, readonly string[]>> | null;
  readonly snis: readonly string[] | null;
  readonly sources: readonly AddressRange[] | null;
  readonly destinations: readonly AddressRange[] | null;
  readonly https_redirect_status_code: RedirectStatus;
  readonly regex_priority: number;
  readonly strip_path: boolean;
  readonly path_handling: PathHandling;
  readonly preserve_host: boolean;
  readonly request_buffering: boolean;
  readonly response_buffering: boolean;
  readonly tags: readonly string[] | null;
  readonly service: Reference | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

/** A virtual host whose targets share the requests. */
export interface Upstream {
  readonly id: string;
  readonly name: string;
  readonly algorithm: 'round-robin' | 'consistent-hashing' | 'least-connections' | 'latency';
  readonly hash_on: HashInput;
  readonly hash_fallback: HashInput;
  readonly hash_on_header: string | null;
  readonly hash_fallback_header: string | null;
  readonly hash_on_cookie: string | null;
  readonly hash_on_cookie_path: string;
  readonly hash_on_query_arg: string | null;
  readonly hash_fallback_query_arg: string | null;
  readonly hash_on_uri_capture: string | null;
  readonly hash_fallback_uri_capture: string | null;
  readonly slots: number;
  readonly healthchecks: HealthChecks;
  readonly host_header: string | null;
  readonly use_srv_name: boolean;
  readonly client_certificate: Reference | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export type HashInput =
  | 'none'
  | 'consumer'
  | 'ip'
  | 'header'
  | 'cookie'
  | 'path'
  | 'query_arg'
  | 'uri_capture';
export type CheckType = 'tcp' | 'http' | 'https' | 'grpc' | 'grpcs';

/** When a target counts as healthy. Times are in seconds; a count of 0 switches its rule off. */
export interface HealthChecks {
  readonly threshold: number;
  readonly active: {
    readonly type: CheckType;
    readonly timeout: number;
    readonly concurrency: number;
    readonly http_path: string;
    readonly https_sni: string | null;
    readonly https_verify_certificate: boolean;
    readonly headers: Readonly<Record<string, readonly string[]>> | null;
    readonly healthy: {
      readonly interval: number;
      readonly http_statuses: readonly number[];
      readonly successes: number;
    };
    readonly unhealthy: {
      readonly interval: number;
      readonly http_statuses: readonly number[];
      readonly tcp_failures: number;
      readonly timeouts: number;
      readonly http_failures: number;
    };
  };
  readonly passive: {
    readonly type: CheckType;
    readonly healthy: { readonly http_statuses: readonly number[]; readonly successes: number };
    readonly unhealthy: {
      readonly http_statuses: readonly number[];
      readonly tcp_failures: number;
      readonly timeouts: number;
      readonly http_failures: number;
    };
  };
}

/** An address behind an upstream: `host:port`, also where the file has no port, and IPv6 in full: see `formatTarget`. */
export interface Target {
  readonly id: string;
  readonly target: string;
  readonly weight: number;
  readonly upstream: Reference;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface Consumer {
  readonly id: string;
  readonly username: string | null;
  readonly custom_id: string | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

/** `consumers` are its members, whichever side of the file says so. */
export interface ConsumerGroup {
  readonly id: string;
  readonly name: string;
  readonly consumers: readonly Reference[];
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface KeyauthCredential {
  readonly id: string;
  readonly consumer: Reference;
  readonly key: string;
  readonly ttl: number | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
}

/** `password` is the hash of password and consumer id where the file's `_transform` is on. */
export interface BasicauthCredential {
  readonly id: string;
  readonly consumer: Reference;
  readonly username: string;
  readonly password: string;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
}

export interface HmacauthCredential {
  readonly id: string;
  readonly consumer: Reference;
  readonly username: string;
  readonly secret: string;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
}

export type JwtAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'EdDSA';

export interface JwtSecret {
  readonly id: string;
  readonly consumer: Reference;
  readonly key: string;
  readonly secret: string;
  readonly rsa_public_key: string | null;
  readonly algorithm: JwtAlgorithm;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
}

/** A group a consumer belongs to. */
export interface Acl {
  readonly id: string;
  readonly consumer: Reference;
  readonly group: string;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
}

/** A plugin and where it applies: everywhere where all references are null. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly instance_name: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly protocols: readonly string[];
  readonly service: Reference | null;
  readonly route: Reference | null;
  readonly consumer: Reference | null;
  readonly consumer_group: Reference | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface Certificate {
  readonly id: string;
  readonly cert: string;
  readonly key: string;
  readonly cert_alt: string | null;
  readonly key_alt: string | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface Sni {
  readonly id: string;
  readonly name: string;
  readonly certificate: Reference;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface CaCertificate {
  readonly id: string;
  readonly cert: string;
  readonly cert_digest: string;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

export interface Vault {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly description: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[] | null;
  readonly created_at: number | null;
  readonly updated_at: number | null;
}

/** The lists of a config by their key in kong.yaml, and what each holds. */
export interface EntityLists {
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly upstreams: readonly Upstream[];
  readonly targets: readonly Target[];
  readonly consumers: readonly Consumer[];
  readonly consumer_groups: readonly ConsumerGroup[];
  readonly keyauth_credentials: readonly KeyauthCredential[];
  readonly basicauth_credentials: readonly BasicauthCredential[];
  readonly hmacauth_credentials: readonly HmacauthCredential[];
  readonly jwt_secrets: readonly JwtSecret[];
  readonly acls: readonly Acl[];
  readonly plugins: readonly Plugin[];
  readonly certificates: readonly Certificate[];
  readonly snis: readonly Sni[];
  readonly ca_certificates: readonly CaCertificate[];
  readonly vaults: readonly Vault[];
}

/**
 * A whole config: plain frozen JSON, so that it can be hashed, dumped and sent to a worker. Every list is in the order
 * of the file; what is nested in another entity stands where that entity stands.
 */
export interface GatewayConfig extends EntityLists {
  readonly format_version: string;
  readonly transform: boolean;
  /** Over the content only: stable over restarts, key order and comments. 32 lower-case hex digits, as Kong's. */
  readonly hash: string;
  /**
   * The fields that must not be shown: secrets by their schema, and values that came from outside of the file. JSON
   * pointers of kind, id and field: `/plugins/3f0c…/config/redis/password`.
   */
  readonly secrets: readonly string[];
  /** The declarative file as it was loaded. */
  readonly document: string;
}
