import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { isLoadBalancer } from './lookups';

/** A name of an Application or a Classic Load Balancer; that of a Network Load Balancer ends in the region. */
const APPLICATION_NAME = /\.elb\.amazonaws\.com(\.cn)?\.?$/i;

export const clearText: Rule = {
  id: 'clear-text',
  severity: 'warning',
  why: 'A load balancer usually expects TLS at port 443, and answers 400 to HTTP in clear text.',
  help: "add 'ssl verify required ca-file @system-ca', or give the port of its HTTP listener",
  link: 'https://docs.haproxy.org/3.2/configuration.html#5.2-ssl',
  find,
};

function find({ sections }: Document, _: HaproxyVersion): Hit[] {
  return sections
    .filter(({ mode }) => mode === 'http')
    .flatMap(({ servers }) => servers)
    .filter(({ options }) => !options.has('ssl') && !options.incomplete)
    .flatMap(({ line, address, options }) => {
      const { word, host = '', port } = address;
      if (options.value('proto') === 'h2' && APPLICATION_NAME.test(host)) {
        const message = `HTTP/2 without TLS goes to '${host}'; an Application Load Balancer speaks HTTP/2 over TLS alone`;
        return {
          line,
          word,
          message,
          help: "write 'ssl verify required ca-file @system-ca alpn h2', and its HTTPS port",
        };
      }
      return port === '443' && isLoadBalancer(address)
        ? { line, word, message: `HTTP without TLS goes to port 443 of '${host}'` }
        : [];
    });
}
