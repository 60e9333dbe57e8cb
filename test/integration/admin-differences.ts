/** Where the Admin API answers otherwise than Kong 3.9.3 without a database, and why. */
export interface Difference {
  /** The recorded path, or how it begins where it ends in `*`. */
  readonly path: string;
  readonly status: number;
  /** What is answered instead; undefined where only some members differ, which `ignore` names. */
  readonly answer?: unknown;
  readonly ignore?: readonly string[];
  readonly why: string;
}

const NOT_FOUND = { message: 'Not found' };

/** Answers that stay different. */
export const DELIBERATE: readonly Difference[] = [
  {
    path: '/',
    status: 200,
    ignore: [
      ...['version', 'tagline', 'hostname', 'node_id', 'pids', 'configuration', 'plugins'],
      ...['lua_version', 'timers', 'gateway'],
    ],
    why: 'another product on another machine: no Lua and no timers, and `gateway` says what it is',
  },
  {
    path: '/status',
    status: 200,
    ignore: ['server', 'memory', 'configuration_hash', 'reload', 'workers'],
    why: 'counters and memory of the moment; `reload` tells of the last reload, `workers` of each worker',
  },
  {
    path: '/services?tags=team-a',
    status: 200,
    ignore: ['message', 'data', 'next'],
    why: 'Kong answers 500: tags work here (see the tests of tags)',
  },
  { path: '/services?tags=team-a,blue', status: 200, ignore: ['message', 'data', 'next'], why: 'likewise' },
  { path: '/services?tags=team-a/x', status: 200, ignore: ['message', 'data', 'next'], why: 'likewise' },
  {
    path: '/tags',
    status: 200,
    ignore: ['data', 'next', 'offset'],
    why: 'Kong lists nothing: tags work here',
  },
  { path: '/tags/team-a', status: 200, ignore: ['data', 'next', 'offset'], why: 'likewise' },
  { path: '/config', status: 200, ignore: ['config'], why: 'the recording leaves the file out' },
  {
    path: '/clustering/status',
    status: 404,
    answer: NOT_FOUND,
    why: 'there is no control plane, so there is no such endpoint',
  },
  {
    path: '/consumers/bob/key-auth',
    status: 200,
    ignore: ['id'],
    why: 'Kong draws the id of a key at random at every load; here it stays',
  },
  { path: '/key-auths', status: 200, ignore: ['id'], why: 'likewise' },
];
