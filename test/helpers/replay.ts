import { type RawAnswer, RawClient } from './raw-client.js';
import type { ScriptedUpstreams, SeenRequest } from './scripted-upstreams.js';
import {
  answerProblems,
  partsOf,
  type RecordedExchange,
  type RecordedPart,
  tunnelProblems,
  upstreamProblems,
} from './stream-recording.js';
import type { Row } from './tally.js';
import { waitFor } from './wait-for.js';

/** Where a recorded row is played. */
export interface Stage {
  /** The gateway's. */
  readonly port: number;
  /** Where the gateway speaks TLS, for rows that were recorded over it. */
  readonly tlsPort?: number;
  readonly upstreams: ScriptedUpstreams;
  /** What the `<step>` of a recording stands for. */
  readonly step?: (client: RawClient) => void | Promise<void>;
}

/** What came of a row. */
export interface Played {
  readonly answers: readonly RawAnswer[];
  readonly seen: readonly SeenRequest[];
}

/** Milliseconds in which what was recorded to happen has to happen. */
const PATIENCE = 5_000;

/** Plays a row as recorded, except that it waits for what the recorded client gave time for. */
export async function play(stage: Stage, row: RecordedExchange): Promise<Played> {
  const port = row.tls_client === undefined ? stage.port : (stage.tlsPort ?? stage.port);
  const client = await RawClient.connect(port, row.tls_client);
  const timer = setTimeout(() => client.giveUp(`no end of "${row.what}"`), 2 * PATIENCE);
  const answers: RawAnswer[] = [];
  const parts = partsOf(row.request);
  try {
    const reading = readAnswers(client, row, parts, answers);
    // Its failure is seen below, unless that of a part comes first.
    reading.catch(() => {});
    for (const part of parts) await playPart(stage, client, part, answers);
    await leave(client, row);
    await reading;
  } finally {
    clearTimeout(timer);
    client.close();
  }
  if (row.upstream_events !== undefined)
    await waitFor('the gateway to leave the upstream', () => stage.upstreams.left);
  await waitFor('the end of what the upstreams receive', () => !stage.upstreams.receiving);
  await soon(500, () => stage.upstreams.seen.length >= row.upstream.length);
  const seen = stage.upstreams.take();
  await stage.upstreams.hangUp();
  stage.upstreams.take();
  return { answers, seen };
}

/** Plays a row and holds it against the recording. */
export async function compare(stage: Stage, scenario: string, row: RecordedExchange): Promise<Row> {
  const { answers, seen } = await play(stage, row);
  return {
    scenario,
    what: row.what,
    status: answers.at(-1)?.status ?? 0,
    problems: [
      ...answerProblems(row, answers),
      ...upstreamProblems(row, seen, stage.upstreams.ports),
      ...tunnelProblems(row, answers),
    ],
  };
}

/** Reads as many answers as were recorded, or all where the connection was recorded to end. */
async function readAnswers(
  client: RawClient,
  row: RecordedExchange,
  parts: readonly RecordedPart[],
  answers: RawAnswer[],
): Promise<void> {
  const recorded = row.responses ?? [row];
  const ends = recorded.some(
    ({ status = 0, complete = true, headers = [] }) =>
      status === 0 ||
      !complete ||
      headers.some(([name, value]) => name === 'Connection' && value === 'close'),
  );
  const methods = parts.flatMap((part) =>
    'send' in part ? [...part.send.matchAll(/^([A-Z]+) \S+ HTTP/gm)] : [],
  );
  while (ends || answers.length < recorded.length) {
    const answer = await client.answer(methods[answers.length]?.[1]);
    if (answer === undefined) return;
    answers.push(answer);
  }
}

/** Leaves where the recorded client left: when nothing more came, or all that a tunnel brought had come. */
async function leave(client: RawClient, row: RecordedExchange): Promise<void> {
  if (row.status === 101) {
    const tunnelled = (row.after_handshake_client_got_hex ?? '').length / 2;
    await soon(PATIENCE, () => client.received.length >= client.received.indexOf('\r\n\r\n') + 4 + tunnelled);
  } else if (row.client_end === 'timeout') await soon(PATIENCE, () => client.received.includes('\r\n\r\n'));
  else return;
  client.close();
}

async function playPart(
  stage: Stage,
  client: RawClient,
  part: RecordedPart,
  answers: readonly RawAnswer[],
): Promise<void> {
  const ended = () => client.ended !== undefined;
  if ('send' in part) client.write(part.send);
  else if ('fin' in part) client.end();
  else if ('step' in part) await stage.step?.(client);
  else if ('until' in part) await soon(part.ms, () => part.until.test(client.received) || ended());
  else {
    const before = answers.length;
    const bytes = client.received.length;
    const tunnelled = () => client.received.startsWith('HTTP/1.1 101') && client.received.length > bytes;
    await soon(PATIENCE, () => answers.length > before || ended() || tunnelled() || halfway(stage, client));
  }
}

/** Whether part of a body has come to where it goes: what the recorded client waited for inside a message. */
function halfway({ upstreams }: Stage, client: RawClient): boolean {
  return (
    upstreams.seen.some((request) => !request.complete && request.body !== '') ||
    /^Transfer-Encoding: chunked\r\n(.+\r\n)*\r\n\w/m.test(client.received)
  );
}

/** Resolves once `ready`, and at the latest after `milliseconds`: then the answers tell what was missed. */
async function soon(milliseconds: number, ready: () => boolean): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!ready() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}
