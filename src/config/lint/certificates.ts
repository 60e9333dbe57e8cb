import type { Finding } from '../finding.js';
import { pluginWords } from './plugin-words.js';
import { type LintContext, warning } from './rule.js';

/** Certificates that are shown neither to clients, which takes an SNI, nor to a service. */
export function findUnusedCertificates({ config, pathOf }: LintContext): readonly Finding[] {
  if (config.certificates.length === 0) return [];
  const used = new Set<string | undefined>(config.snis.map(({ certificate }) => certificate.id));
  for (const { client_certificate: own } of [...config.services, ...config.upstreams]) used.add(own?.id);
  const words = pluginWords(config);
  return config.certificates.flatMap((certificate) => {
    const path = pathOf(certificate);
    if (path === undefined || used.has(certificate.id) || words.has(certificate.id)) return [];
    const message = 'nothing uses this certificate: it has no snis, and no service or upstream names it';
    return [warning('unused-certificate', path, message, 'add snis: [HOSTNAME], or remove the certificate')];
  });
}
