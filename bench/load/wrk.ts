import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasNumbers } from '../process/calls.js';
import { launchProgram } from '../process/launch.js';
import { onPath } from '../process/on-path.js';
import { type LoadGenerator, type LoadPlan, type LoadRequest, type LoadResult, requestText } from './load.js';

/** Wrk, where it is installed. Its scripts are written to `folder`. */
export function wrk(folder: string, cores: string | undefined): LoadGenerator | undefined {
  const program = onPath('wrk');
  if (program === undefined) return undefined;
  return { name: 'wrk', run: (plan) => run(program, folder, cores, plan) };
}

async function run(
  program: string,
  folder: string,
  cores: string | undefined,
  plan: LoadPlan,
): Promise<LoadResult> {
  const script = join(folder, 'wrk.lua');
  await writeFile(script, scriptOf(plan));
  const flags = ['-t', '1', '-c', String(plan.connections), '-d', `${plan.seconds}s`, '--timeout', '10s'];
  const output = await launchProgram(program, [...flags, '-s', script, `${plan.origin}/`], { cores }).ended;
  const json = /^\{.*\}$/m.exec(output)?.[0];
  const told: unknown = json === undefined ? undefined : JSON.parse(json);
  if (!hasNumbers(told, 'requests', 'microseconds', 'errors', 'p50', 'p99')) {
    throw new Error(`wrk said nothing that can be read:\n${output}`);
  }
  const { requests, microseconds, errors, p50, p99 } = told;
  return { requests, seconds: microseconds / 1e6, errors, p50: p50 / 1000, p99: p99 / 1000 };
}

function scriptOf({ requests }: LoadPlan): string {
  const [only] = requests;
  return `${requests.length === 1 && only !== undefined ? oneRequest(only) : manyRequests(requests)}
function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"microseconds":%d,"errors":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;
}

/** Wrk writes a request that never changes by itself, without a call into the script. */
function oneRequest({ method, host, path, bodyBytes, close }: LoadRequest): string {
  return `
wrk.method = ${luaString(method)}
wrk.path = ${luaString(path)}
wrk.headers["Host"] = ${luaString(host)}
${close ? 'wrk.headers["Connection"] = "close"' : ''}
${bodyBytes > 0 ? `wrk.body = string.rep("x", ${bodyBytes})` : ''}
`;
}

/** The requests are made once, so that sending one costs a look-up in a table. */
function manyRequests(requests: readonly LoadRequest[]): string {
  return `
local requests = {
${requests.map((request) => `  ${luaString(requestText(request))},`).join('\n')}
}
local count, next = #requests, 0

function request()
  next = next % count + 1
  return requests[next]
end
`;
}

function luaString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\r', '\\r').replaceAll('\n', '\\n')}"`;
}
