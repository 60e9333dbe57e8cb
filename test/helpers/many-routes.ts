import { request } from './behind-proxy.js';

/** Routes of one service: five ways to be found, twice. */
const ROUTES_PER_SERVICE = 10;

/** A request, and the target that the upstream must see. */
export interface Sample {
  readonly text: string;
  readonly target: string;
}

/** One way in which a route is found. */
interface Kind {
  readonly fields: (id: string) => object;
  readonly sample: (id: string) => { readonly text: string; readonly target: string };
}

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    fields: (id) => ({ paths: [`/prefix/${id}`] }),
    sample: (id) => ({ text: request('GET', `/prefix/${id}/rest`), target: '/rest' }),
  },
  {
    fields: (id) => ({ paths: [`~/regex/${id}/(?<number>\\d+)$`], strip_path: false }),
    sample: (id) => ({ text: request('GET', `/regex/${id}/42`), target: `/regex/${id}/42` }),
  },
  {
    fields: (id) => ({ hosts: [`${id}.host.test`] }),
    sample: (id) => ({ text: requestTo(`${id}.host.test`), target: '/any' }),
  },
  {
    fields: (id) => ({ hosts: [`*.${id}.wild.test`] }),
    sample: (id) => ({ text: requestTo(`some.${id}.wild.test`), target: '/any' }),
  },
  {
    fields: (id) => ({ paths: [`/method/${id}`], methods: ['DELETE'], strip_path: false }),
    sample: (id) => ({ text: request('DELETE', `/method/${id}`), target: `/method/${id}` }),
  },
];

function requestTo(host: string): string {
  return `GET /any HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

/** A config of so many services with ten routes each. What they send on begins with `/NAME-` and the service's number. */
export function manyRoutes(services: number, name: string, upstreamPort: number): object {
  return {
    services: Array.from({ length: services }, (_, service) => ({
      name: `service-${service}`,
      url: `http://127.0.0.1:${upstreamPort}/${name}-${service}`,
      routes: Array.from({ length: ROUTES_PER_SERVICE }, (__, place) => {
        const id = `${service}-${place}`;
        return { name: `route-${id}`, ...kindOf(place).fields(id) };
      }),
    })),
  };
}

/** A request for every route that is asked for, `count` of them, spread over all. */
export function samplesOf(services: number, name: string, count: number): readonly Sample[] {
  const routes = services * ROUTES_PER_SERVICE;
  return Array.from({ length: count }, (_, index) => {
    const route = Math.floor((index * routes) / count) + (index % ROUTES_PER_SERVICE);
    const service = Math.floor(route / ROUTES_PER_SERVICE) % services;
    const place = route % ROUTES_PER_SERVICE;
    const { text, target } = kindOf(place).sample(`${service}-${place}`);
    return { text, target: `/${name}-${service}${target}` };
  });
}

function kindOf(place: number): Kind {
  return KINDS[place % KINDS.length] ?? KINDS[0];
}
