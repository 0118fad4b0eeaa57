/**
 * Replaces the native HTTP client of aws-lambda-ric, which only exists where the package's install script compiled
 * it. Preloaded with `node --require`; everything else of the runtime interface client stays genuine.
 */
const http = require('node:http');
const Module = require('node:module');

/** The native client posts synchronously, this one does not: the next question waits for the last answer. */
let lastAnswer = Promise.resolve();

const rapidClient = {
  next: () => lastAnswer.then(() => call('GET', '/invocation/next')),
  done: (id, response) => {
    lastAnswer = call('POST', `/invocation/${id}/response`, response);
  },
  error: (id, response) => {
    lastAnswer = call('POST', `/invocation/${id}/error`, response);
  },
};

/** Milliseconds that the clock of this process is ahead: the test bed says it with each invocation. */
let ahead = 0;
const RealDate = Date;
globalThis.Date = class AheadDate extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + ahead] : args));
  }
  static now() {
    return RealDate.now() + ahead;
  }
};

const load = Module._load;
Module._load = (request, ...rest) => (request === './rapid-client.node' ? rapidClient : load(request, ...rest));

function call(method, path, body) {
  const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime${path}`;
  return new Promise((resolve, reject) => {
    // A new connection for each call: an idle one could be closed by the server at the wrong moment.
    const request = http.request(url, { method, agent: false }, (response) => {
      let bodyJson = '';
      response.setEncoding('utf8');
      response.on('data', (text) => {
        bodyJson += text;
      });
      ahead = Number(response.headers['x-clock-ahead-millis'] ?? ahead);
      response.on('end', () => resolve({ bodyJson, headers: response.headers }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
