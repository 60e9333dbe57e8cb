import type { Service } from '../entities.js';
import { type Finding, isMapping, type Path, valueAt } from '../finding.js';
import { type LintContext, warning } from './rule.js';

const URL_FIELDS = ['protocol', 'host', 'port', 'path'] as const;

/** Services that nothing reaches, and fields of services that do not do what they seem to. */
export function checkServices(context: LintContext): readonly Finding[] {
  const { config, pathOf, value } = context;
  const upstreams = new Set(config.upstreams.map(({ name }) => name));
  const routed = new Set(config.routes.map(({ service }) => service?.id));
  return config.services.flatMap((service) => {
    const path = pathOf(service);
    if (path === undefined) return [];
    const written = valueAt(value, path);
    return [
      ...(routed.has(service.id) || !service.enabled ? [] : [unrouted(path)]),
      ...(isMapping(written) ? overridden(service, written, path) : []),
      // The targets of an upstream have ports of their own.
      ...(upstreams.has(service.host) ? [] : portMismatch(service, path)),
      ...unverified(service, path),
    ];
  });
}

function unrouted(path: Path): Finding {
  const hint = 'add a route, or remove the service';
  return warning('service-without-routes', path, 'no route leads to this service', hint);
}

/** `url` wins over the fields it stands for, whatever they say. */
function overridden(service: Service, written: Record<string, unknown>, path: Path): readonly Finding[] {
  if (typeof written['url'] !== 'string') return [];
  return URL_FIELDS.flatMap((field) => {
    const own = written[field];
    if (own === undefined || own === null || own === service[field]) return [];
    const message = `${field} has no effect: url says ${JSON.stringify(service[field])}`;
    return [
      {
        ...warning('url-overrides', [...path, field], message, `remove ${field}, or url`),
        got: { value: own },
      },
    ];
  });
}

/** The port of one protocol with the other one: the server would refuse what is sent to it. */
function portMismatch({ protocol, port }: Service, path: Path): readonly Finding[] {
  const other =
    protocol === 'http' && port === 443 ? 'https' : protocol === 'https' && port === 80 ? 'http' : undefined;
  if (other === undefined) return [];
  const message = `protocol ${protocol} with port ${port}, which is the port of ${other}`;
  const hint = `write protocol: ${other}, or another port`;
  return [warning('protocol-port-mismatch', path, message, hint)];
}

function unverified(service: Service, path: Path): readonly Finding[] {
  if (service.tls_verify !== false) return [];
  return (['ca_certificates', 'tls_verify_depth'] as const).flatMap((field) => {
    if (service[field] === null) return [];
    const message = `${field} has no effect: tls_verify is false`;
    return [
      warning('tls-not-verified', [...path, field], message, `write tls_verify: true, or remove ${field}`),
    ];
  });
}
