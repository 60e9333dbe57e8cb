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

/** A whole config: plain frozen JSON, so that it can be hashed, dumped and sent to a worker. */
export interface GatewayConfig {
  readonly format_version: string;
  readonly transform: boolean;
  /** Over the content only: stable over restarts, key order and comments. 32 lower-case hex digits, as Kong's. */
  readonly hash: string;
  /** In the order of the file. */
  readonly services: readonly Service[];
  /** In the order of the file: a nested route stands where its service stands. */
  readonly routes: readonly Route[];
  /** The declarative file as it was loaded. */
  readonly document: string;
}
