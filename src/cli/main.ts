import { Command, CommanderError, Option } from 'commander';
import { ACCESS_LOG_FORMATS } from '../access-log-settings.js';
import { LOG_LEVELS } from '../log.js';
import {
  DEFAULT_ADMIN_LISTEN,
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_LOG_LEVEL,
  DEFAULT_PROXY_LISTEN,
  DEFAULT_STATUS_LISTEN,
  DEFAULT_WORKERS,
  type Environment,
  type Flags,
} from '../settings.js';
import { VERSION } from '../version.js';
import type { CheckFlags } from './commands/check.js';
import type { RenderFlags } from './commands/render.js';
import { EXIT, reportFailure } from './failure.js';
import type { LoadFlags } from './load-files.js';
import { processTerminal, type Terminal } from './terminal.js';

const HELP = `
Examples:
  $ gateway start --config kong.yaml
  $ gateway check kong.yaml
  $ gateway start --help

Exit codes:
  0  all is well; after SIGTERM or SIGINT, every request has ended or its time was up
  1  the config is invalid (every issue is told), a port is taken, or the gateway failed
  2  a command, a flag, a variable or a file cannot be used`;

const START_HELP = `
Addresses are written as in Kong: "0.0.0.0:8000", "[::]:8443 ssl http2", several separated by commas, or "off".
Port 0 takes any free port. "proxy_protocol" behind one expects the PROXY protocol, version 1 or 2.

Configs:
  Several files are one config: their lists are joined, and nothing may stand in two of them. Of a folder, every
  *.yaml, *.yml and *.json file counts, sorted by name, not those in folders below it.
  A value in them may come from a variable: "\${NAME}", "\${NAME:-default}", "\${{ env "NAME" }}" as in decK, or
  "{vault://env/name}" in the fields where Kong looks references up.

Variables, where the flag is absent:
  KONG_DECLARATIVE_CONFIG (paths, separated by commas), KONG_DECLARATIVE_CONFIG_STRING (the config itself),
  KONG_PROXY_LISTEN, KONG_ADMIN_LISTEN, KONG_STATUS_LISTEN, KONG_LOG_LEVEL, KONG_ALLOW_DEBUG_HEADER (on, off),
  KONG_SSL_CERT, KONG_SSL_CERT_KEY (paths, PEM or base64 of it; also KONG_ADMIN_SSL_..., KONG_STATUS_SSL_...),
  KONG_SSL_CIPHER_SUITE (modern, intermediate, old, custom), KONG_SSL_CIPHERS, KONG_SSL_PROTOCOLS,
  KONG_SSL_PREFER_SERVER_CIPHERS, KONG_SSL_SESSION_TICKETS (on, off), KONG_SSL_SESSION_TIMEOUT (1d, 10m)
  KONG_PROXY_ACCESS_LOG (off, or a path and perhaps a format: "/dev/stdout", "logs/access.log json")
  KONG_NGINX_WORKER_PROCESSES, KONG_TRUSTED_IPS, KONG_REAL_IP_HEADER, KONG_REAL_IP_RECURSIVE (on, off), KONG_PORT_MAPS
  CHOKIDAR_USEPOLLING=1 watches by polling, for mounts that announce no changes

Workers:
  One process loads the config and watches it; workers proxy, and one that ends is replaced. --workers auto takes one for
  each core, --workers 0 none: one process does it all in the least memory, and requests wait while a large file loads.

Signals:
  SIGTERM, SIGINT  accept no more connections, let requests end, exit 0; a second one exits at once
  SIGHUP           reload the config
  SIGUSR1          open the file of the access log anew, after it was moved away

Output:
  What listens and what is served goes to standard output. The log goes to standard error, one JSON object a line,
  or as readable text where standard error is a terminal. The access log, a line a request, goes to standard output
  too unless --access-log-file says otherwise.

Examples:
  $ gateway start --config kong.yaml
  $ gateway start -c common.yaml -c teams/ --env-file secrets.env
  $ gateway render kong.yaml | gateway start -c -
  $ gateway start -c kong.yaml --proxy-listen "0.0.0.0:8000, [::]:8000" --admin-listen off
  $ KONG_DECLARATIVE_CONFIG=/etc/kong/kong.yaml gateway start --log-level warn

Exit codes: 0 stopped by a signal, 1 invalid config or taken port, 2 unusable flag, variable or file.`;

const CHECK_HELP = `
Each FILE is a config of its own; a folder stands for its *.yaml, *.yml and *.json, "-" for standard input. The files
of --config make up one config together, as with "gateway start". Nothing is served.

Warnings tell what is legal and probably wrong. A comment silences one, on its line or above it:
  - name: legacy   # gateway-ignore unreachable-route

Examples:
  $ gateway check kong.yaml
  $ gateway check --strict teams/*.yaml
  $ gateway check --config shared.yaml --config teams/
  $ gateway check --format sarif kong.yaml > kong.sarif

Exit codes: 0 all valid, 1 one is invalid (or has warnings, with --strict), 2 one cannot be read.`;

const RENDER_HELP = `
The files make up one config together. Values from the environment are filled in, entities are flat, with their ids and
defaults. Secrets, and values that came from outside of the files, show as *** unless --reveal is given; then the output
loads again, with the same hash.

Examples:
  $ gateway render kong.yaml
  $ gateway render --config shared.yaml --config teams/ --format json
  $ diff <(gateway render old.yaml) <(gateway render new.yaml)

Exit codes: 0 rendered, 1 invalid config, 2 a file cannot be read.`;

const HASH_HELP = `
The hash changes with what a config says, not with its formatting, comments or order of keys.

Examples:
  $ gateway hash kong.yaml
  $ gateway hash --config shared.yaml --config teams/

Exit codes: 0 printed, 1 invalid config, 2 a file cannot be read.`;

const SCHEMA_HELP = `
Without a SUBJECT the schema of a whole file is printed, for editors and other programs.

Examples:
  $ gateway schema > kong.schema.json
  $ gateway schema services
  $ gateway schema plugins/rate-limiting`;

const INIT_HELP = `
Examples:
  $ gateway init > kong.yaml
  $ gateway init --output kong.yaml

Exit codes: 0 written, 2 the file exists already or cannot be written.`;

const VERSION_HELP = `
Examples:
  $ gateway version`;

/** Runs one command line (`process.argv`) to its end and returns the exit code. */
export async function main(
  argv: readonly string[],
  env: Environment = process.env,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let code: number = EXIT.ok;
  const program = commandLine(env, terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    // Commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.unusable;
    return reportFailure(error, terminal);
  }
}

/** Each command is imported when it runs: `version` need not wait for all that `start` loads. */
function commandLine(env: Environment, terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command('gateway')
    .description('An API gateway without a database: one declarative kong.yaml, validated and served.')
    .version(VERSION, '-V, --version', 'print the release')
    .exitOverride()
    .showHelpAfterError('(--help tells what can be written)')
    .addHelpText('after', HELP);

  program
    .command('start')
    .description('serve a declarative config, and follow its changes')
    .addOption(configOption('the declarative config'))
    .addOption(envFileOption())
    .option('--proxy-listen <addresses>', `where clients connect (default: ${DEFAULT_PROXY_LISTEN})`)
    .option('--admin-listen <addresses>', `where the Admin API answers (default: ${DEFAULT_ADMIN_LISTEN})`)
    .option('--status-listen <addresses>', `where /status answers (default: ${DEFAULT_STATUS_LISTEN})`)
    .option('--ssl-cert <paths>', 'the default certificate, with its chain (default: one made at the start)')
    .option('--ssl-cert-key <paths>', 'its key')
    .option('--log-level <level>', `${LOG_LEVELS.join(', ')} (default: ${DEFAULT_LOG_LEVEL})`)
    .option(
      '--access-log <format>',
      `log every request: off, ${ACCESS_LOG_FORMATS.join(', ')} (default: off)`,
    )
    .option('--access-log-file <path>', 'where that log goes (default: standard output)')
    .option('--no-watch', 'do not reload when the files change')
    .option('--strict', 'refuse a config that holds what this version loads and does not execute')
    .option(
      '--drain-timeout <seconds>',
      `how long requests may take to end at a stop (default: ${DEFAULT_DRAIN_SECONDS})`,
    )
    .option(
      '--workers <count>',
      `how many processes proxy: a number, or one a core (default: ${DEFAULT_WORKERS})`,
    )
    .option('--admin-show-secrets', 'show credentials, keys and values from outside in the Admin API')
    .option('--allow-debug-header', 'let "Kong-Debug: 1" name the route and service in the answer')
    .option('--trusted-ips <blocks>', 'proxies whose X-Forwarded headers are believed (default: none)')
    .option('--real-ip-header <name>', 'where they name the client, or proxy_protocol (default: X-Real-IP)')
    .option('--real-ip-recursive', 'pass over trusted addresses in that header')
    .option('--port-maps <ports>', 'what X-Forwarded-Port says for a port that is listened on: "80:8000"')
    .addHelpText('after', START_HELP)
    .action(async (flags: Flags) => {
      const { start } = await import('./commands/start.js');
      end(await start(flags, env, terminal));
    });

  program
    .command('check')
    .description('tell whether declarative configs are valid, and what is wrong with them')
    .argument('[files...]', 'declarative configs')
    .addOption(configOption('part of one config').default([]))
    .addOption(envFileOption().default([]))
    .addOption(formatOption('text', 'json', 'github', 'sarif', 'junit'))
    .option('--strict', 'let warnings fail')
    .option('--flatten-errors', "add Kong's flattened_errors to JSON")
    .addHelpText('after', CHECK_HELP)
    .action(async (files: readonly string[], flags: CheckFlags) => {
      const { check } = await import('./commands/check.js');
      end(await check(files, flags, env, terminal));
    });

  program
    .command('render')
    .description('print the config that files make up, as it would serve')
    .argument('[files...]', 'files, folders or "-" of one config')
    .option('-c, --config <path>', 'the same; repeatable', collect, [])
    .addOption(envFileOption().default([]))
    .addOption(formatOption('yaml', 'json'))
    .option('--reveal', 'show secrets')
    .addHelpText('after', RENDER_HELP)
    .action(async (files: readonly string[], flags: RenderFlags) => {
      const { render } = await import('./commands/render.js');
      end(await render(files, flags, env, terminal));
    });

  program
    .command('hash')
    .description('print the hash of configs, by which the Admin API names what is served')
    .argument('[files...]', 'declarative configs')
    .addOption(configOption('part of one config').default([]))
    .addOption(envFileOption().default([]))
    .addHelpText('after', HASH_HELP)
    .action(async (files: readonly string[], flags: LoadFlags) => {
      const { hash } = await import('./commands/hash.js');
      end(await hash(files, flags, env, terminal));
    });

  program
    .command('schema')
    .description('print the JSON Schema of a config, of an entity or of the settings of a plugin')
    .argument('[subject]', 'an entity (services), or plugins/NAME')
    .addHelpText('after', SCHEMA_HELP)
    .action(async (subject: string | undefined) => {
      const { schema } = await import('./commands/schema.js');
      end(schema(subject, terminal));
    });

  program
    .command('init')
    .description('print a commented config to begin with')
    .option('-o, --output <file>', 'write it to a file, which must not exist yet')
    .addHelpText('after', INIT_HELP)
    .action(async (flags: { readonly output?: string }) => {
      const { init } = await import('./commands/init.js');
      end(await init(flags, terminal));
    });

  program
    .command('version')
    .description('print the release and the Node.js version')
    .addHelpText('after', VERSION_HELP)
    .action(async () => {
      const { version } = await import('./commands/version.js');
      end(version(terminal));
    });

  return program;
}

function configOption(what: string): Option {
  const text = `${what}: file, folder, or - for stdin; repeatable`;
  return new Option('-c, --config <path>', text).argParser(collect);
}

function envFileOption(): Option {
  const text = 'variables for the config, below those of the environment; repeatable';
  return new Option('--env-file <file>', text).argParser(collect);
}

function formatOption(first: string, ...others: readonly string[]): Option {
  return new Option('--format <name>', 'how to write it').choices([first, ...others]).default(first);
}

/** Gathers the values of a flag that may be given several times. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
