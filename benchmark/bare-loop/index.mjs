/**
 * The baseline of a run over a fleet: opens the same sockets as the checker (AWS, name server, runtime APIs), sends the
 * same requests, reads the answers, and ignores them.
 */
import { Resolver } from 'node:dns/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';

const agent = new Agent({ keepAlive: true, maxSockets: 50 });

function post(url, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request(new URL(path, url), { agent, method, headers }, (response) => {
      response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
    })
      .on('error', reject)
      .end(body);
  });
}

/** Both kinds of addresses; a name without one of them is an answer too. */
function lookUp(name, nameserver) {
  const resolver = new Resolver();
  resolver.setServers([nameserver]);
  return Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
}

function ask(host, port, command) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = connect(port, host, () => socket.write(command));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks))).on('error', reject);
  });
}

/**
 * @param event `steps`: requests to AWS at `url`, those of one step not depending on each other; `names` to look up at
 * `nameserver`; `ports` of the runtime APIs on `host`, and the `commands` that each is asked, one connection each;
 * `concurrency`: how many of them are asked at the same time
 */
export async function handler({ url, steps, names, nameserver, host, ports, commands, concurrency }) {
  const answers = Promise.all(names.map((name) => lookUp(name, nameserver)));
  for (const requests of steps) {
    await Promise.all(requests.map((request) => post(url, request)));
  }
  await answers;
  const rest = ports.values();
  const worker = async () => {
    for (const port of rest) {
      for (const command of commands) {
        await ask(host, port, command);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
