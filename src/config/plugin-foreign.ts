/** Fields of bundled plugins that only Kong Enterprise or later versions have; dumps of those list them. */
const FOREIGN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  acl: ['include_consumer_groups'],
  'ai-proxy': ['genai_category'],
  'basic-auth': ['brute_force_protection'],
  cors: ['allow_origin_absent'],
  'http-log': ['ssl_verify'],
  'key-auth': ['identity_realms'],
  opentelemetry: ['access_logs_endpoint', 'access_logs', 'metrics', 'sampling_strategy'],
  'post-function': ['ws_handshake', 'ws_client_frame', 'ws_upstream_frame', 'ws_close'],
  'pre-function': ['ws_handshake', 'ws_client_frame', 'ws_upstream_frame', 'ws_close'],
  prometheus: ['wasm_metrics'],
  'rate-limiting': ['limit', 'window_size', 'strategy', 'namespace', 'identifier', 'consumer_groups'],
  'tcp-log': ['ssl_verify'],
};

/** Fields a `redis` section has there and not here. */
const FOREIGN_REDIS_FIELDS: readonly string[] = [
  'cloud_authentication',
  'cluster_addresses',
  'cluster_max_redirections',
  'cluster_nodes',
  'connect_timeout',
  'connection_is_proxied',
  'keepalive_backlog',
  'keepalive_pool_size',
  'read_timeout',
  'send_timeout',
  'sentinel_addresses',
  'sentinel_master',
  'sentinel_nodes',
  'sentinel_password',
  'sentinel_role',
  'sentinel_username',
];

/** Whether a field that a plugin does not have here is known from Kong Enterprise or a later Kong. */
export function isForeignField(plugin: string, path: readonly (string | number)[]): boolean {
  const field = path.at(-1);
  if (typeof field !== 'string') return false;
  if (path.at(-2) === 'redis') return FOREIGN_REDIS_FIELDS.includes(field);
  return path.length === 1 && (FOREIGN_FIELDS[plugin]?.includes(field) ?? false);
}
