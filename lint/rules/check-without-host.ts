import type { HaproxyVersion } from '../../lib/haproxy/version/version';
import type { Hit, Rule } from '../finding';
import type { Directive, Document, Section } from '../model';

export const checkWithoutHost: Rule = {
  id: 'check-without-host',
  severity: 'warning',
  why: 'An Application Load Balancer selects its rule by the Host header. A check without that header gets the default rule, which may always answer 404.',
  help: "send the Host header that a client would send, with 'http-check send' (2.2 and later) or 'option httpchk'",
  link: 'https://docs.haproxy.org/3.2/configuration.html#4-http-check%20send',
  find,
};

function find({ sections }: Document, version: HaproxyVersion): Hit[] {
  const hits: Hit[] = [];
  for (const section of sections) {
    const check = section.directives.find(({ keyword }) => keyword === 'option httpchk');
    if (check === undefined || !checksName(section) || section.directives.some(sendsHost)) {
      continue;
    }
    hits.push({
      line: check.line,
      word: check.words[0]!,
      message: `the HTTP check of '${section.name}' sends no Host header`,
      help: version._capabilities.httpCheckSend
        ? "add 'http-check send meth GET uri /PATH ver HTTP/1.1 hdr Host NAME'"
        : "write 'option httpchk GET /PATH HTTP/1.1\\r\\nHost:\\ NAME'",
    });
  }
  return hits;
}

/** Whether a server with a name is checked, and at its own address. */
const checksName = ({ mode, servers }: Section): boolean =>
  mode !== undefined &&
  servers.some(({ named, options }) => named === true && options.has('check') && !options.has('addr'));

/** `http-check send … hdr Host NAME`, or the old form with the header in the version, or the fourth word of 3.1. */
function sendsHost({ keyword, words }: Directive): boolean {
  const texts = words.map(({ text }) => text);
  if (keyword === 'http-check send') {
    return texts.some((text, i) => text === 'hdr' && /^host$/i.test(texts[i + 1] ?? ''));
  }
  return keyword === 'option httpchk' && (/host:/i.test(texts.slice(4).join(' ')) || texts[5] !== undefined);
}
