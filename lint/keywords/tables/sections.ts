import { table } from '../keyword';

/** The words that open a section. */
export const SECTION = table(
  'section',
  'manual 2 to 12, cfg_register_section',
  `
  global ; ; ; ~
  defaults | frontend | backend | listen ; ; ; *
  userlist | peers ; ; ; word
  resolvers | mailers ; ; ; word ~
  namespace_list ; ; 1.6 +namespace ; ?
  cache ; ; 1.8 ; word
  program ; ; 2.0 -3.3 ; word
  fcgi-app ; ; 2.1 ; word
  ring | http-errors ; ; 2.2 ; word ~
  log-forward ; ; 2.3 ; word
  crt-store ; ; 3.0 ; [word]
  traces ; ; 3.1
  log-profile ; ; 3.1 ; word
  acme ; ; 3.2 +expose-experimental-directives ; word
  healthcheck ; ; 3.4 ; word
`,
);

/** The keywords of all sections except `global` and proxies. */
export const OTHER_SECTIONS = [
  ...table(
    'resolvers',
    'manual 5.3',
    `
    nameserver ; ; ; @nameserver ; ; needed
    parse-resolv-conf ; ; 1.9 ; ~
    hold valid ; ; ; time ~
    hold nx | hold timeout | hold refused | hold other ; ; 1.7 ; time ~
    hold obsolete ; ; 1.8 ; time ~
    resolve_retries ; ; ; num ~
    resolution_pool_size ; ; 1.8 -1.9 ; num
    timeout retry ; ; ; time
    timeout resolve ; ; 1.8 ; time
    accepted_payload_size ; ; 1.8 ; num(12..8192) /2.4 num(12..65535)
`,
  ),
  ...table(
    'peers',
    'manual 3.5',
    `
    bind ; ; 2.0 ; @bind
    default-bind ; ; 2.0 ; @default-bind
    default-server ; ; 2.0 ; @default-server
    server ; ; 2.0 ; @peer-server
    peer ; ; ; @peer
    table ; ; 2.0 ; @peer-table
    disabled | enabled
    log global ; ; 2.1
    log ; ; 2.1 ; @log ; ; negatable
    shards ; ; 2.7 ; num(1..)
`,
  ),
  ...table(
    'mailers',
    'manual 3.6',
    `
    mailer ; ; ; word addr(port)
    timeout mail ; ; 1.7 ; time
`,
  ),
  ...table(
    'userlist',
    'manual 3.4',
    `
    group ; ; ; word [users [word]]
    user ; ; ; word {password [word], insecure-password [word], groups [word]} /3.4 word {password [given], insecure-password [word], groups [word]}
`,
  ),
  ...table(
    'cache',
    'manual 6.2',
    `
    total-max-size ; ; 1.8 ; int(1..4095)
    max-object-size ; ; 1.9 ; num(1..)
    max-age ; ; 1.8 ; num(0..)
    process-vary ; ; 2.4 ; @vary
    early-hints ; ; 3.5 ; on|off|only [ratio num]
    max-secondary-entries ; ; 2.4 ; num(1..)
`,
  ),
  ...table(
    'program',
    'manual 3.7',
    `
    command ; ; 2.0 ; word *
    option start-on-reload ; ; 2.0
    user | group ; ; 2.1 ; word
`,
  ),
  ...table(
    'fcgi-app',
    'manual 10.1',
    `
    docroot | index ; ; 2.1 ; word
    log-stderr ; ; 2.1 ; global|<@log>
    pass-header ; ; 2.1 ; word cond
    path-info ; ; 2.1 ; regex
    set-param ; ; 2.1 ; word fmt(http-request) cond
    acl ; ; 2.1 ; @acl
    option get-values | option keep-conn | option mpxs-conns ; ; 2.1
    option max-reqs ; ; 2.1 ; num(1..)
`,
  ),
  ...table(
    'ring',
    'manual 3.9',
    `
    description ; ; 2.2 ; word *
    format ; ; 2.2 ; iso|raw|rfc3164|rfc5424|short|timed|priority@2.3|local@2.3
    maxlen ; ; 2.2 ; num(1..)
    size ; ; 2.2 ; size
    server ; ; 2.2 ; @ring-server
    timeout connect | timeout server ; ; 2.2 ; time
    backing-file ; ; 2.7 2.6.1..12 ; ?
`,
  ),
  ...table(
    'http-errors',
    'manual 3.8',
    `
    errorfile ; ; 2.2 ; status file
`,
  ),
  ...table(
    'log-forward',
    'manual 3.10',
    `
    bind ; ; 2.3 ; @bind
    dgram-bind ; ; 2.3 ; addr(port) {interface word, name word, namespace word, transparent} ?
    log global ; ; 2.3
    log ; ; 2.3 ; @log ; ; negatable
    maxconn | backlog ; ; 2.3 ; num
    timeout client ; ; 2.3 ; time
    option assume-rfc6587-ntf | option dont-parse-log ; ; 3.2
    option host ; ; 3.2 ; replace|fill|keep|append
`,
  ),
  ...table(
    'crt-store',
    'manual 3.11',
    `
    crt-base | key-base ; ; 3.0 ; word
    load ; ; 3.0 ; ?
`,
  ),
  ...table(
    'traces',
    'manual 3.13',
    `
    trace ; ; 3.1 ; ?
`,
  ),
  ...table(
    'log-profile',
    'manual 3.14',
    `
    log-tag ; ; 3.1 ; word
    on ; ; 3.1 ; accept|any|close|connect|error|request|response|tcp-req-conn|tcp-req-sess|tcp-req-cont|tcp-res-cont|http-req|http-res|http-after-res {drop, format fmt, sd fmt}!
`,
  ),
  ...table(
    'acme',
    'manual 3.15',
    `
    account-key ; ; 3.2 ; ?
    acme-vars ; ; 3.3 3.2.7 ; ?
    bits | challenge ; ; 3.2 ; ?
    challenge-ready ; ; 3.4 ; ?
    contact | curves | directory ; ; 3.2 ; ?
    dns-delay | dns-timeout | eab-key-id | eab-mac-alg | eab-mac-key ; ; 3.4 ; ?
    keytype | map ; ; 3.2 ; ?
    profile ; ; 3.4 ; ?
    provider-name | reuse-key ; ; 3.3 3.2.7 ; ?
`,
  ),
  ...table(
    'healthcheck',
    'manual 3.16',
    `
    type httpchk ; ; 3.4 ; @httpchk
    type tcp-check | type ssl-hello-chk ; ; 3.4
    type smtpchk ; ; 3.4 ; [HELO|EHLO word]
    type pgsql-check ; ; 3.4 ; user word
    type mysql-check ; ; 3.4 ; [user word [pre-41|post-41|post-80]]
    type ldap-check | type redis-check | type spop-check ; ; 3.4
    http-check | tcp-check ; ; 3.4 ; ?
`,
  ),
];
