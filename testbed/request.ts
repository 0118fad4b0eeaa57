import { type Agent, get } from 'node:http';

/**
 * What one request is answered with; nothing when it fails or takes too long.
 *
 * @param agent keeps the connection. @default - a fresh connection
 */
export function request(
  host: string,
  port: number,
  withinMillis = 1000,
  path = '/',
  agent: Agent | false = false,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const pending = get({ host, port, path, agent, timeout: withinMillis }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 ? body.trim() : undefined));
    });
    pending.on('timeout', () => pending.destroy());
    pending.on('error', () => resolve(undefined));
  });
}
