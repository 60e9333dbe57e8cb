/**
 * The upstream: a raw server that does as little as an HTTP/1.1 server can, so that the proxies are what is measured.
 * `node upstream-process.js LETTER SCHEME` answers a path that ends in `/bytes/N` with N times that letter.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '../../test/helpers/certificate.js';
import { answerCalls } from '../process/calls.js';
import { answerOf } from './answers.js';
import { Requests } from './requests.js';

const letter = process.argv[2] ?? 'a';
const NOT_FOUND = Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'latin1');
let connections = 0;

function answer(head: string): Buffer {
  const bytes = /^\S+ \S*\/bytes\/(\d+) /.exec(head)?.[1];
  return bytes === undefined ? NOT_FOUND : answerOf(letter, Number(bytes));
}

function serve(socket: Socket): void {
  connections += 1;
  const requests = new Requests((head) => socket.write(answer(head)));
  socket.on('data', (chunk) => {
    try {
      requests.read(chunk);
    } catch (error) {
      console.error(String(error));
      socket.destroy();
    }
  });
  // A connection that breaks is the other side's matter.
  socket.on('error', () => socket.destroy());
}

function makeServer(): Server {
  if (process.argv[3] !== 'https') return createServer({ noDelay: true }, serve);
  const { cert, key } = makeCertificate({ commonName: 'bench', names: ['127.0.0.1'] });
  return createTlsServer({ noDelay: true, cert, key }, serve);
}

const server = makeServer().listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`ready ${address.port}`);
});

answerCalls({ connections: () => connections });
