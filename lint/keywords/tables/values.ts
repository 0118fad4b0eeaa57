import { table } from '../keyword';

/** Words within a value, table by table, with the first branch of each. */
export const WORDS = [
  // Statuses whose answer can be changed.
  ...table(
    'status',
    'http_err_codes',
    `
    200 | 400 | 403 | 405 | 408 | 429 | 500 | 502 | 503 | 504
    425 ; ; 1.8
    421 ; ; 1.9
    401 | 404 | 407 | 410 | 413 ; ; 2.2
    501 ; ; 2.4
    422 ; ; 2.6
    414 | 431 ; ; 3.1
`,
  ),
  // The part before '@' in an address.
  ...table(
    'address-family',
    'manual 11, str2sa_range',
    `
    ipv4 | ipv6 | unix | abns | fd
    sockpair ; ; 1.8
    ring ; ; 2.2
    udp | udp4 | udp6 | unixdgram | unixstream | uxdg | uxst ; ; 2.3
    stream+ipv4 | stream+ipv6 | stream+unix | stream+abns | dgram+ipv4 | dgram+ipv6 | dgram+unix | dgram+abns ; ; 2.3
    tcp | tcp4 | tcp6 ; ; 2.4
    quic4 | quic6 ; ; 2.6
    rhttp ; ; 2.9
    abnsz | mptcp | mptcp4 | mptcp6 ; ; 3.1
`,
  ),
  // Where logs go to, besides an address.
  ...table(
    'log-target',
    'manual 4.2, parse_logger',
    `
    stdout | stderr | fd@ ; ; 1.9
    ring@ ; ; 2.2
    backend@ ; ; 2.9
`,
  ),
  // Actions after which no rule of the set is read, with the branch from which HAProxy warns about such a rule.
  ...table(
    'final-action',
    'ACT_FLAG_FINAL',
    `
    http-request allow | http-request deny | http-request redirect | http-request auth
    http-response allow | http-response deny
    http-request tarpit | http-request return ; ; 2.2
    http-response redirect | http-response return | http-after-response allow ; ; 2.2
`,
  ),
  // Protocols of connections.
  ...table(
    'protocol',
    'mux_proto_list',
    `
    h2 ; ; 1.9
    none ; ; 2.0
    fcgi ; ; 2.1
    h1 ; ; 2.4
    quic ; ; 2.6
    spop ; ; 3.1
    qmux ; ; 3.4
`,
  ),
  // The scopes of variables.
  ...table(
    'variable-scope',
    'manual 2.8, vars_parse',
    `
    sess | txn | req | res
    proc ; ; 1.7
    check ; ; 2.2
`,
  ),
  // When a variable is set.
  ...table(
    'set-var-condition',
    'vars_parse_cond',
    `
    ifexists | ifnotexists | ifempty | ifnotempty | ifset | ifnotset | ifgt | iflt ; ; 2.6
`,
  ),
  // Flags in braces before a variable of a log format.
  ...table(
    'log-flag',
    'manual 8.2.6, logformat_var_args',
    `
    Q | X | E | M
    bin | json | cbor ; ; 3.0
`,
  ),
  // How the values of an ACL are compared.
  ...table(
    'acl-match',
    'manual 7.1.3, pat_match_names',
    `
    found | bool | int | ip | bin | len | str | beg | sub | dir | dom | end | reg
`,
  ),
  // ACLs that every section has without declaring them: where their sample comes from.
  ...table(
    'predefined-acl',
    'default_acl_list',
    `
    TRUE | FALSE | WAIT_END ; always
    LOCALHOST ; client
    HTTP | HTTP_URL_ABS | HTTP_URL_SLASH | HTTP_URL_STAR | HTTP_CONTENT ; request
    HTTP_1.0 | HTTP_1.1 ; kept-request
    HTTP_2.0 ; kept-request ; 2.4
    HTTP_3.0 ; kept-request ; 2.9
    METH_CONNECT | METH_DELETE | METH_GET | METH_HEAD | METH_OPTIONS | METH_POST | METH_PUT | METH_TRACE ; kept-request
    RDP_COOKIE | REQ_CONTENT ; raw-request
`,
  ),
  // Predicates of `.if` about the build or the environment.
  ...table(
    'predicate',
    'manual 2.4, cond_predicates',
    `
    defined | feature ; ; 2.4
    openssl_version_atleast | openssl_version_before | ssllib_name_startswith ; ; 2.5
    enabled ; ; 2.7
    awslc_api_atleast | awslc_api_before ; ; 3.3
    fips_mode ; ; 3.5
`,
  ),
  // The words of a `stick-table` line, and what follows each.
  ...table(
    'stick-table',
    'manual 4.2, parse_stick_table',
    `
    type ; ; ; ip|ipv4@3.2|ipv6|integer|string|binary [len num(1..)]
    size ; ; ; size(1..)
    expire ; ; ; time
    nopurge
    peers ; ; ; ref(peers)
    store ; ; ; word
    srvkey ; ; 2.4 ; addr|name
    write-to ; ; 2.9 ; ref(table)
    brates-factor ; ; 3.1 ; num(1..1024)
    recv-only ; ; 3.2
`,
  ),
  // What a stick-table can store.
  ...table(
    'stick-table-data',
    'stktable_data_types',
    `
    server_id | gpt0 | gpc0 | gpc0_rate | conn_cnt | conn_rate | conn_cur | sess_cnt | sess_rate
    http_req_cnt | http_req_rate | http_err_cnt | http_err_rate
    bytes_in_cnt | bytes_in_rate | bytes_out_cnt | bytes_out_rate
    gpc1 | gpc1_rate ; ; 1.9
    server_key ; ; 2.0
    http_fail_cnt | http_fail_rate ; ; 2.4
    gpt | gpc | gpc_rate ; ; 2.5
    glitch_cnt | glitch_rate ; ; 3.0
`,
  ),
];
