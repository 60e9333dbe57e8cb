import { writeFile } from 'node:fs/promises';
import { messageOf, SettingsError } from '../../errors.js';
import { EXIT } from '../failure.js';
import type { Terminal } from '../terminal.js';

/** `gateway init`: prints a commented config to begin with, or writes it to a file that does not exist yet. */
export async function init(flags: { readonly output?: string }, terminal: Terminal): Promise<number> {
  if (flags.output === undefined) {
    terminal.out(SAMPLE.trimEnd());
    return EXIT.ok;
  }
  try {
    await writeFile(flags.output, SAMPLE, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const reason = exists ? 'it exists already, and is left as it is' : messageOf(error);
    throw new SettingsError(`cannot write ${flags.output}: ${reason}`, { cause: error });
  }
  terminal.out(`wrote ${flags.output}; next: gateway check ${flags.output}`);
  return EXIT.ok;
}

/** A config that loads without warnings. */
export const SAMPLE = `# A declarative config. "gateway check FILE" tells what is wrong with it, "gateway start --config FILE" serves it,
# and every save is taken over while it runs.

# The format of this file, in quotes. In 3.0, a path that is a regular expression starts with ~/.
_format_version: "3.0"

# Services are the applications that requests are forwarded to.
services:
  - name: users
    # Short for protocol, host, port and path.
    url: http://127.0.0.1:8080
    # How long to wait, in milliseconds, and how often to try again.
    connect_timeout: 5000
    read_timeout: 60000
    retries: 2
    tags: [example]

    # Routes tell which requests go to the service. All properties that are given have to match:
    # methods, hosts, headers and paths.
    routes:
      - name: users
        # A prefix: /users, /users/7, /users/7/orders. The longest prefix wins.
        paths: [/users]
        # true takes the matched part away: /users/7 arrives as /7.
        strip_path: false

      - name: one-order
        methods: [GET]
        # A regular expression. The group is for plugins and for you.
        paths: ['~/users/(?<user>\\d+)/orders$']
        strip_path: false

  - name: website
    url: http://127.0.0.1:8081
    routes:
      - name: website
        # Names without port match every port; *.example.com matches every subdomain.
        hosts: [www.example.com, "*.shop.example.com"]
        # Hand on the client's Host in place of the service's.
        preserve_host: true
`;
