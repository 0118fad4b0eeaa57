import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { checkLanguage } from '../../lint/engine/validator';

/** What is found on one line of a file, as `column rule: message; help`. */
function found(branch: string, text: string, line: number): string[] {
  const { findings } = checkLanguage([{ name: 'haproxy.cfg', text }], HaproxyVersion.of(branch));
  return findings
    .filter((finding) => finding.line === line)
    .map(({ column, rule, message, help }) => `${column} ${rule}: ${message}; ${help}`);
}

const DEFAULTS = 'defaults\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n mode http\n';

test.each([
  [
    '2.4',
    'persist cookie',
    ["10 bad-value: 'cookie' is not 'rdp-cookie' or 'rdp-cookie(NAME)'; use one such as 'rdp-cookie'"],
  ],
  ['2.2', 'monitor-net 10.0.0', ["14 bad-value: '10.0.0' is not a network; use one such as '10.0.0.0/8'"]],
  [
    '2.4',
    'errorfiles pages',
    [
      "13 unknown-reference: the http-errors section 'pages' does not exist; add the http-errors section 'pages', or use another name",
    ],
  ],
  [
    '2.4',
    'filter cache store',
    [
      "15 unknown-reference: the cache section 'store' does not exist; add the cache section 'store', or use another name",
    ],
  ],
  [
    '2.4',
    'filter fcgi-app app',
    [
      "18 unknown-reference: the fcgi-app section 'app' does not exist; add the fcgi-app section 'app', or use another name",
    ],
  ],
  [
    '3.4',
    'use-fcgi-app app',
    [
      "2 incomplete: 'use-fcgi-app' needs a server with 'proto fcgi', and listen 'l' has none; add the words to a server",
      "15 unknown-reference: the fcgi-app section 'app' does not exist; add the fcgi-app section 'app', or use another name",
    ],
  ],
  [
    '2.4',
    'stats http-request drop',
    ["21 bad-value: 'drop' is not one of 'allow', 'deny', 'auth'; use one of these words"],
  ],
  ['2.4', 'hash-balance-factor 50', ["22 bad-value: '50' is not a percentage above 100, or 0; use one such as '150'"]],
  [
    '2.4',
    'compression algo brotli',
    ["19 bad-value: 'brotli' is not one of 'identity', 'gzip', 'deflate', 'raw-deflate'; use one of these words"],
  ],
  [
    '2.4',
    'compression algo',
    ["14 missing-value: 'algo' needs one of 'identity', 'gzip', 'deflate', 'raw-deflate'; add one of these words"],
  ],
  [
    '2.4',
    'tcp-check send-binary 0g',
    ["24 bad-value: '0g' is not made of pairs of hexadecimal digits; use one such as '0d0a'"],
  ],
  ['2.4', 'http-check send path /', ["18 extra-word: unexpected 'path' after 'send'; remove 'path'"]],
  ['2.4', 'http-check expect status 2xx', ["27 bad-value: '2xx' is not a list of statuses; use one such as '200-399'"]],
  [
    '2.4',
    'http-check expect bogus 1',
    [
      "20 bad-value: 'bogus' is not one of 'status', 'rstatus', 'string', 'rstring', 'hdr', 'fhdr', 'string-lf', 'custom'; use one of these words",
    ],
  ],
  [
    '2.4',
    'option httpchk GET / HTTP/1.1 a b',
    ["32 extra-word: unexpected 'b' after the version of a health check; write headers with 'http-check send hdr'"],
  ],
  ['2.4', 'http-check connect bogus', ["21 extra-word: unexpected 'bogus' after 'connect'; remove 'bogus'"]],
  [
    '2.4',
    'balance hdr(',
    [
      "10 bad-value: 'hdr(' is not a valid balance algorithm for HAProxy 2.4; use one of 'roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random', 'uri', 'url_param', 'hdr(NAME)', 'rdp-cookie'",
    ],
  ],
  [
    '1.8',
    'balance random(2)',
    [
      "10 too-new: 'random' exists from HAProxy 1.9 on, and this is for 1.8; remove 'random(2)', or run HAProxy 1.9 or later",
    ],
  ],
  [
    '1.9',
    'balance random(2)',
    [
      "10 too-new: 'random(2)' exists from HAProxy 2.0 on, and this is for 1.9; remove 'random(2)', or run HAProxy 2.0 or later",
    ],
  ],
  ['2.4', 'balance random(0)', ["10 bad-value: 'random(0)' is not a valid number of draws; use at least 1"]],
  ['2.4', 'log', ["2 missing-value: 'log' needs a target and a facility; add a target and a facility"]],
  [
    '2.1',
    'log ring@r local0',
    [
      "6 too-new: 'log ring@' exists from HAProxy 2.2 on, and this is for 2.1; remove 'ring@r', or run HAProxy 2.2 or later",
    ],
  ],
  [
    '2.4',
    'log 10.0.0.1 local9',
    [
      "15 bad-value: 'local9' is not one of 'kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'auth2', 'ftp', 'ntp', 'audit', 'alert', 'cron2', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'; use one of these words",
    ],
  ],
  [
    '2.4',
    'stick-table type ip size 1k bogus',
    ["30 bad-value: 'bogus' is not an option of a stick-table; remove 'bogus'"],
  ],
  [
    '2.2',
    'stick-table type ip size 1k store gpc',
    ["36 bad-value: a stick-table of HAProxy 2.2 cannot store 'gpc'; remove 'gpc'"],
  ],
  ['2.4', 'stick-table size 1k', ["2 missing-value: 'stick-table' needs 'type' and 'size'; add 'type' and 'size'"]],
  [
    '2.4',
    'stick-table type ip size 1k store conn_rate',
    ["36 bad-value: 'conn_rate' needs a period in brackets; use 'conn_rate(10s)'"],
  ],
  ['2.4', 'bind :81 mode 9', ["16 bad-value: '9' is not an octal number; use one such as '600'"]],
  [
    '2.4',
    'bind :81 mss 0',
    ["15 bad-value: '0' is not a size of 1 to 65535, or of -65535 to -1; use one such as '1400'"],
  ],
  [
    '2.6',
    'bind :81 shards by-group',
    [
      "18 bad-value: 'by-group' exists from HAProxy 2.8 on, and this is for 2.6; remove 'by-group', or run HAProxy 2.8 or later",
    ],
  ],
  ['2.6', 'bind :81 shards none', ["18 bad-value: 'none' is not a number of 1 or more; use one such as '2'"]],
  [
    '2.4',
    'bind :81 accept-netscaler-cip 0',
    ["32 bad-value: '0' is not a number of at least 1; use a number of at least 1"],
  ],
  ['2.4', 'bind :81 user', ["11 missing-value: 'user' needs a value; add a value"]],
  ['2.4', 'bind :81 ssl', ["11 incomplete: 'ssl' needs a certificate on the same line; add 'crt'"]],
  ['2.4', 'bind 10.0.0.1', ["7 bad-value: '10.0.0.1' has no port to listen on; add ':' and the port"]],
  ['2.4', 'bind fax@x:1', ["7 bad-value: 'fax@' is not an address family; remove 'fax@x:1'"]],
  [
    '2.4',
    'server a 10.0.0.1:80 init-addr last,dns',
    [
      "33 bad-value: 'dns' is not one of 'last', 'libc', 'none' or an address; use one such as '10.0.0.1', with commas between several",
    ],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 proxy-v2-options ssl,bogus',
    [
      "40 bad-value: 'bogus' is not one of 'ssl', 'cert-cn', 'ssl-cipher', 'cert-sig', 'cert-key', 'authority', 'crc32c', 'unique-id'; use one of these words",
    ],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 resolve-net 10.0.0.0/8,net',
    ["35 bad-value: 'net' is not a network; use one such as '10.0.0.0/8', with commas between several"],
  ],
  // The binaries of 2.2 to 3.0 take an empty word for these two, and refuse it for the third.
  ['2.4', 'server a 10.0.0.1:80 init-addr "" weight 5', []],
  ['2.4', 'server a 10.0.0.1:80 resolve-opts "" weight 5', []],
  [
    '2.4',
    'server a 10.0.0.1:80 resolve-net ""',
    ["35 bad-value: '' is not a network; use one such as '10.0.0.0/8', with commas between several"],
  ],
  // The binaries of 2.2 to 3.4 take a comma at the end of these three, and refuse it in the fourth.
  ['2.4', 'server a 10.0.0.1:80 init-addr last,libc,', []],
  ['2.4', 'server a 10.0.0.1:80 resolve-opts allow-dup-ip,', []],
  ['2.4', 'server a 10.0.0.1:80 resolve-net 10.0.0.0/8,', []],
  [
    '2.4',
    'server a 10.0.0.1:80 proxy-v2-options ssl,',
    [
      "40 bad-value: '' is not one of 'ssl', 'cert-cn', 'ssl-cipher', 'cert-sig', 'cert-key', 'authority', 'crc32c', 'unique-id'; use one of these words",
    ],
  ],
  [
    '2.0',
    'server a 10.0.0.1:80 resolve-opts ignore-weight',
    ["36 bad-value: 'ignore-weight' is not one of 'allow-dup-ip', 'prevent-dup-ip'; use one of these words"],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 track b/c',
    ["29 unknown-reference: the backend 'b' does not exist; add the backend 'b', or use another name"],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 track l/c',
    ["29 unknown-reference: listen 'l' has no server 'c'; add the server 'c', or use another name"],
  ],
  ['2.4', 'server a 10.0.0.1:80 track', ["23 missing-value: 'track' needs a value; add a value"]],
  [
    '2.4',
    'server a 10.0.0.1:80 proto h9',
    ["29 bad-value: 'h9' is not a protocol of connections on HAProxy 2.4; use 'h2', or 'h1' (2.4)"],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 resolvers',
    ["23 missing-value: 'resolvers' needs the name of a section; add the name of a section"],
  ],
  [
    '2.4',
    'server a 10.0.0.1:80 ca-file @system-ca',
    [
      "31 too-new: '@system-ca' exists from HAProxy 2.6 on, and this is for 2.4; remove '@system-ca', or run HAProxy 2.6 or later",
    ],
  ],
  [
    '2.4',
    'server-template a 4-2 10.0.0.1:80',
    ["20 bad-value: '4-2' is not a number of servers; use a number of 1 or more, or a range such as '1-4'"],
  ],
  [
    '2.4',
    'server a 10.0.0.1:99999',
    ["11 bad-value: '99999' is not a port in '10.0.0.1:99999'; use a number of 1 to 65535"],
  ],
  [
    '2.4',
    'server a -host:80',
    ["11 bad-value: '-host' is not an address or a name in '-host:80'; use an address or a name"],
  ],
  [
    '2.4',
    'http-request cache-use store',
    [
      "25 unknown-reference: the cache section 'store' does not exist; add the cache section 'store', or use another name",
    ],
  ],
  [
    '2.4',
    'http-request bogus',
    ["15 unknown-directive: 'bogus' is not an action of 'http-request' rules; use another action"],
  ],
  [
    '2.4',
    'http-request early-hint a b bogus',
    ["30 extra-word: expected 'if' or 'unless' instead of 'bogus'; remove 'bogus'"],
  ],
  [
    '2.4',
    'http-request set-var(bogus) src',
    [
      "15 bad-value: 'bogus' does not begin with a scope of variables that HAProxy 2.4 has; begin it with 'txn.', 'req.', 'res.' or 'sess.'",
    ],
  ],
  [
    '2.4',
    'http-request redirect bogus',
    ["24 bad-value: 'bogus' is not an option of a redirect; use 'location', 'prefix' or 'scheme' and its options"],
  ],
  [
    '2.4',
    'http-request redirect location / code 200',
    ["40 bad-value: '200' is not one of '301', '302', '303', '307', '308'; use one of these words"],
  ],
  [
    '2.4',
    'http-request redirect',
    ["15 missing-value: 'redirect' needs 'location', 'prefix' or 'scheme'; add 'location', 'prefix' or 'scheme'"],
  ],
  ['2.4', 'http-request return content', ["22 bad-value: 'content' is not a part of an answer; remove 'content'"]],
  [
    '2.4',
    'http-request return status 200 string a',
    ["40 bad-value: a body needs a 'content-type'; add 'content-type TYPE'"],
  ],
  ['2.4', 'http-request set-mark x', ["24 bad-value: 'x' is not a number; use one such as '16'"]],
  [
    '2.4',
    'http-request do-resolve(txn.a,r,ipv5) src',
    [
      "15 bad-value: 'ipv5' is not 'ipv4' or 'ipv6'; use 'ipv4' or 'ipv6'",
      "15 unknown-reference: the resolvers section 'r' does not exist; add the resolvers section 'r', or use another name",
    ],
  ],
  ['2.4', 'http-request wait-for-body at-least 1k', ["38 missing-value: 'wait-for-body' needs 'time'; add 'time'"]],
  [
    '1.9',
    'http-request use-service prometheus-exporter',
    [
      "27 too-new: 'prometheus-exporter' exists from HAProxy 2.0 on, and this is for 1.9; remove 'prometheus-exporter', or run HAProxy 2.0 or later",
    ],
  ],
  [
    '2.4',
    'http-request set-header a %[bogus]',
    ["28 bad-value: 'bogus' is not a sample fetch; use a sample expression of this branch"],
  ],
  [
    '2.4',
    'http-request set-header a %[src,bogus]',
    ["28 bad-value: 'bogus' is not a converter; use a sample expression of this branch"],
  ],
  [
    '2.4',
    'http-request set-header a %[src(1)]',
    ["28 bad-value: 'src' takes no arguments; use a sample expression of this branch"],
  ],
  [
    '2.4',
    'http-request set-header a %zz',
    ["28 bad-value: '%zz' is not a variable of a log format; use a valid variable, or '%%' for the character"],
  ],
  [
    '2.4',
    'http-request set-header a %[src,lower',
    ["28 bad-value: ']' is missing; use a sample expression of this branch"],
  ],
  [
    '2.4',
    'http-request deny if bogus',
    ["23 unknown-reference: the ACL 'bogus' is not declared above this line; declare 'bogus' with an 'acl' line"],
  ],
  ['2.4', 'http-request deny bogus', ["20 bad-value: 'bogus' is not a part of an answer; remove 'bogus'"]],
  ['2.4', 'acl a src 10.0.0.0/33', ["12 bad-value: '10.0.0.0/33' is not a network; use one such as '10.0.0.0/8'"]],
  [
    '2.4',
    'acl a path -m bogus /',
    ["16 bad-value: 'bogus' is not a way to match after '-m'; use str, beg, end, sub, reg, found, int, ip or another"],
  ],
  [
    '2.4',
    'acl a path -z /',
    ["13 bad-value: '-z' is not a flag of an ACL; use '--' before a value that begins with '-'"],
  ],
  ['2.4', 'acl a b', ["8 bad-value: 'b' is not a sample fetch; use a criterion of this branch"]],
  ['2.4', 'acl or path /', ["6 bad-value: an ACL cannot have the name 'or'; give it another name"]],
  ['2.4', 'timeout queue 30d', ["16 bad-value: '30d' is longer than 24 days; use a shorter time"]],
  ['2.4', 'maxconn', ["2 missing-value: 'maxconn' needs a value; add a value"]],
  ['2.4', 'id 0', ["5 bad-value: '0' is not a number of at least 1; use a number of at least 1"]],
  ['2.4', 'option httplog bogus', ["17 extra-word: unexpected 'bogus' after 'httplog'; remove 'bogus'"]],
])('%s refuses in a proxy: %s', (branch, line, texts) => {
  expect(found(branch, `${DEFAULTS}listen l\n bind :80\n ${line}\n`, 8)).toEqual(texts);
});

test.each([
  [
    '2.4',
    'global',
    'stats bogus',
    "8 unknown-directive: 'stats bogus' is unknown in a 'global' section; remove 'stats bogus'",
  ],
  [
    '3.4',
    'global',
    'stats bind-process 1',
    "8 removed-directive: 'stats bind-process' is refused from HAProxy 2.7 on, and this is for 3.4; remove 'stats bind-process'",
  ],
  [
    '3.3',
    'global',
    'stats calculate-max-counters on',
    "8 too-new: 'stats calculate-max-counters' exists from HAProxy 3.4 on, and this is for 3.3; remove 'stats calculate-max-counters', or run HAProxy 3.4 or later",
  ],
  [
    '2.4',
    'global',
    'ssl-default-bind-options',
    "2 missing-value: 'ssl-default-bind-options' needs an option; add an option",
  ],
  [
    '3.1',
    'global',
    'ssl-default-bind-options strict-sni',
    "27 too-new: 'strict-sni' exists from HAProxy 3.2 on, and this is for 3.1; remove 'strict-sni', or run HAProxy 3.2 or later",
  ],
  [
    '2.4',
    'global',
    'ssl-default-server-options bogus',
    "29 extra-word: unexpected 'bogus' after 'ssl-default-server-options'; remove 'bogus'",
  ],
  [
    '3.4',
    'global',
    'dns-accept-family ipv5',
    "20 bad-value: 'ipv5' is not one of 'ipv4', 'ipv6'; use one of these words",
  ],
  [
    '3.4',
    'global',
    'httpclient.resolvers.id none',
    "26 unknown-reference: the resolvers section 'none' does not exist; add the resolvers section 'none', or use another name",
  ],
  ['2.4', 'global', 'cpu-map 1', "2 missing-value: 'cpu-map' needs threads and processors; add threads and processors"],
  ['3.4', 'global', 'mworker-max-reloads x -1', "24 extra-word: unexpected '-1' after 'x'; remove '-1'"],
  [
    '1.8',
    'resolvers r',
    'accepted_payload_size 9000',
    "24 bad-value: '9000' is not a number from 12 to 8192; use a number from 12 to 8192",
  ],
  ['2.4', 'resolvers r', 'nameserver a 10.0.0.1', "15 bad-value: '10.0.0.1' has no port; add ':' and the port"],
  ['2.1', 'peers p', 'peer a', "7 missing-value: 'peer' needs an address; add an address"],
  ['2.4', 'log-forward f', 'dgram-bind 10.0.0.1', "13 bad-value: '10.0.0.1' has no port; add ':' and the port"],
  [
    '3.4',
    'log-profile p',
    'on bogus',
    "5 bad-value: 'bogus' is not one of 'accept', 'any', 'close', 'connect', 'error', 'request', 'response', 'tcp-req-conn', 'tcp-req-sess', 'tcp-req-cont', 'tcp-res-cont', 'http-req', 'http-res', 'http-after-res'; use one of these words",
  ],
  ['3.4', 'log-profile p', 'on any', "5 missing-value: 'any' needs an option; add an option"],
  [
    '3.4',
    'fcgi-app f',
    'log-stderr',
    "2 missing-value: 'log-stderr' needs a target and a facility; add a target and a facility",
  ],
  [
    '2.4',
    'cache c',
    'process-vary maybe',
    "15 bad-value: 'process-vary' takes 'on' or 'off'; write 'process-vary on' or 'process-vary off'",
  ],
  [
    '3.4',
    'healthcheck h',
    'type httpchk GET / HTTP/1.1 a b',
    "30 extra-word: unexpected 'b' after the version of a health check; write headers with 'http-check send hdr'",
  ],
  ['2.4', 'userlist u', 'user', "2 missing-value: 'user' needs a value; add a value"],
])('%s refuses in %s: %s', (branch, section, line, text) => {
  expect(found(branch, `${section}\n ${line}\n${DEFAULTS}listen l\n bind :80\n`, 2)).toEqual([text]);
});
