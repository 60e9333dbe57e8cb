import { describe } from 'node:test';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { answerCases } from './transport-cases-answers.js';
import { connectCases } from './transport-cases-connect.js';
import { failureCases } from './transport-cases-failures.js';
import { requestCases } from './transport-cases-requests.js';
import { reuseCases } from './transport-cases-reuse.js';
import { tlsCases } from './transport-cases-tls.js';
import { tunnelCases } from './transport-cases-tunnel.js';
import type { MakeTransport } from './transport-exchange.js';

const make: MakeTransport = (settings) => new Http1Transport(settings);

describe('Http1Transport', () => {
  answerCases(make);
  requestCases(make);
  reuseCases(make);
  connectCases(make);
  failureCases(make);
  tlsCases(make);
  tunnelCases(make);
});
