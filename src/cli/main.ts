import { Command, CommanderError } from 'commander';
import { LOG_LEVELS } from '../log.js';
import {
  DEFAULT_ADMIN_LISTEN,
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_LOG_LEVEL,
  DEFAULT_PROXY_LISTEN,
  type Environment,
  type Flags,
} from '../settings.js';
import { VERSION } from '../version.js';
import { EXIT, reportFailure } from './failure.js';
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
Addresses are written as in Kong: "0.0.0.0:8000", "[::]:8000", several separated by commas, or "off".
Port 0 takes any free port.

Variables, where the flag is absent:
  KONG_DECLARATIVE_CONFIG, KONG_PROXY_LISTEN, KONG_ADMIN_LISTEN, KONG_LOG_LEVEL, KONG_ALLOW_DEBUG_HEADER (on, off)
  CHOKIDAR_USEPOLLING=1 watches by polling, for mounts that announce no changes

Signals:
  SIGTERM, SIGINT  accept no more connections, let requests end, exit 0; a second one exits at once
  SIGHUP           reload the config

Output:
  What listens and what is served goes to standard output. The log goes to standard error, one JSON object a line,
  or as readable text where standard error is a terminal.

Examples:
  $ gateway start --config kong.yaml
  $ gateway start -c kong.yaml --proxy-listen "0.0.0.0:8000, [::]:8000" --admin-listen off
  $ KONG_DECLARATIVE_CONFIG=/etc/kong/kong.yaml gateway start --log-level warn

Exit codes: 0 stopped by a signal, 1 invalid config or taken port, 2 unusable flag, variable or file.`;

const CHECK_HELP = `
Loads each file as "gateway start" would, without serving it.

Examples:
  $ gateway check kong.yaml
  $ gateway check teams/*.yaml

Exit codes: 0 all valid, 1 one is invalid (every issue is told), 2 one cannot be read.`;

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
    .option('-c, --config <file>', 'the declarative config, YAML or JSON')
    .option('--proxy-listen <addresses>', `where clients connect (default: ${DEFAULT_PROXY_LISTEN})`)
    .option('--admin-listen <addresses>', `where the Admin API answers (default: ${DEFAULT_ADMIN_LISTEN})`)
    .option('--log-level <level>', `${LOG_LEVELS.join(', ')} (default: ${DEFAULT_LOG_LEVEL})`)
    .option('--no-watch', 'do not reload when the file changes')
    .option(
      '--drain-timeout <seconds>',
      `how long requests may take to end at a stop (default: ${DEFAULT_DRAIN_SECONDS})`,
    )
    .option('--allow-debug-header', 'let "Kong-Debug: 1" name the route and service in the answer')
    .addHelpText('after', START_HELP)
    .action(async (flags: Flags) => {
      const { start } = await import('./commands/start.js');
      end(await start(flags, env, terminal));
    });

  program
    .command('check')
    .description('tell whether declarative configs are valid, and what is wrong with them')
    .argument('<files...>', 'the declarative configs')
    .addHelpText('after', CHECK_HELP)
    .action(async (files: readonly string[]) => {
      const { check } = await import('./commands/check.js');
      end(await check(files, terminal));
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
