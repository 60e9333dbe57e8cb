/** What a worker process runs; `gateway start` starts it. */
import cluster from 'node:cluster';
import { AcceptPause } from '../cluster/accept-pause.js';
import type { ToPrimary } from '../cluster/messages.js';
import { ReportQueue } from '../cluster/report-queue.js';
import { Worker } from '../cluster/worker.js';
import { readWorkerSettings } from '../cluster/worker-settings.js';
import { LocalPlane } from '../data-plane/local-plane.js';
import { createLogger } from '../log.js';
import { exitOnDefect } from './defect.js';
import { processTerminal } from './terminal.js';
import { terminalLog } from './terminal-log.js';

const { id, count, logLevel, drainTimeout, plane } = readWorkerSettings(process.env);
const terminal = processTerminal();
const destination = terminal.interactive ? terminalLog(terminal) : process.stderr;
const log = createLogger(logLevel, destination, { worker: id, pid: process.pid });
exitOnDefect(log);

const send = (message: ToPrimary): void => {
  // A channel that is closed says so to the callback; `disconnect` tells that the primary is gone.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const reports = new ReportQueue((gathered) => send({ type: 'health:reported', reports: gathered }));
const worker = new Worker({
  plane: new LocalPlane({
    ...{ log, settings: plane, environment: process.env },
    tell: (report, isGood) => reports.add(report, isGood),
  }),
  log,
  send,
  end: () => process.exit(0),
});

if (count > 1) new AcceptPause();
// The terminal sends these to the whole group: what is to be done is the primary's matter.
process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
// Node.js would start its debugger.
process.on('SIGUSR1', () => undefined);
process.on('SIGTERM', () => void worker.leave(drainTimeout));
cluster.worker?.on('disconnect', () => {
  // Otherwise Node ends the process here, with the requests that are under way.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  void worker.drain(drainTimeout);
});
process.on('message', (message) => worker.receive(message));
process.send?.({ type: 'worker:ready' });
