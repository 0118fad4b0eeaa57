import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Document } from '../model';
import { isLoadBalancer } from './lookups';

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
    .filter(({ address }) => address.port === '443' && isLoadBalancer(address))
    .filter(({ options }) => !options.has('ssl') && !options.incomplete)
    .map(({ line, address }) => ({
      line,
      word: address.word,
      message: `HTTP without TLS goes to port 443 of '${address.host}'`,
    }));
}
