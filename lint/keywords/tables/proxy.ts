import { table } from '../keyword';

/** The keywords of `defaults`, `frontend`, `backend` and `listen` sections, except options. */
export const PROXY = table(
  'proxy',
  'manual 4.2, cfg_parse_listen',
  `
  acl ; FBLn2.5 ; ; @acl
  appsession ; DFBL ; 1.6 -1.6 ; word {len int, timeout time, request-learn, prefix, mode word} ; 'stick on' with a stick-table
  backlog ; DFbL ; ; num
  balance ; DfBL ; ; @balance
  balance roundrobin | balance static-rr | balance leastconn | balance first | balance source ; DfBL ; ; ~
  balance random ; DfBL ; 1.9 ; ~
  balance uri ; DfBL ; ; {len num(1..), depth num(1..), whole, path-only@2.3} ; ; http
  balance url_param ; DfBL ; ; word [check_post [num]] ; ; http
  balance hash ; DfBL ; 2.6 ; expr(use-server)
  balance log-hash ; DfBL ; 2.9 ; ?
  balance log-sticky ; DfBL ; 2.9 -3.0 ; ?
  balance sticky ; DfBL ; 2.9 ; ? /3.0 ~
  be-unpublished ; BL ; 3.5 3.4.4
  bind ; FbL ; ; @bind
  bind-process ; DFBL ; 1.6 ~2.5 -2.7 ; @bind-process ; 'thread' on the bind lines (2.5)
  block ; FBL ; 1.6 ~1.6 -2.1 ; cond! ; 'http-request deny'
  capture cookie ; FbL ; ; word len num(0..) ; ; http@1.8
  capture request header | capture response header ; FbL ; ; word len num(1..)
  cliexp ; FBL ; 1.6 ~2.0 -2.1 ; regex word cond
  clitcpka-cnt ; DFbL ; 2.3 ; num(0..)
  clitcpka-idle | clitcpka-intvl ; DFbL ; 2.3 ; time
  clitimeout ; DFBL ; 1.6 ~1.6 -2.1 ; time ; 'timeout client' ; client-timeout
  compression algo ; DFBL ; ; @algorithms
  compression algo-req | compression algo-res ; DFBL ; 2.8 ; @algorithms
  compression direction ; DFBL ; 2.8 ; request|response|both
  compression minsize-req | compression minsize-res ; DFBL ; 3.2 ; size
  compression offload ; DFBL ; ; ~
  compression offload ; dFBL ; 2.5 ; ~
  compression type ; DFBL ; ; word...
  compression type-req | compression type-res ; DFBL ; 2.8 ; word...
  contimeout ; DFBL ; 1.6 ~1.6 -2.1 ; time ; 'timeout connect' ; connect-timeout
  cookie ; DfBL ; ; word {rewrite, insert, prefix, indirect, nocache, postonly, preserve, httponly, secure, domain word, maxidle time, maxlife time, dynamic@1.8, attr@2.2 word}
  declare capture ; FL ; ; request|response len num(1..)
  default-server ; DfBL ; ; @default-server
  default-server ; DBL ; 1.8 ; @default-server
  default-server ; DfBL ; 1.9 ; @default-server
  default-server ; DBL ; 2.4 ; @default-server
  default_backend ; DFbL ; ; word
  description ; FBL ; ; word *
  disabled ; DFBL
  dispatch ; fBL ; 1.6 ~3.3 -3.5 ; addr(port) ; a 'server' with that address
  dynamic-cookie-key ; DfBL ; 1.8 ; word
  email-alert from | email-alert mailers | email-alert myhostname | email-alert to ; DFBL ; ; word
  email-alert level ; DFBL ; ; emerg|alert|crit|err|warning|notice|info|debug
  enabled ; DFBL
  error-log-format ; DFbL ; 2.5 ; fmt(log)
  errorfile ; DFBL ; ; status file
  errorfiles ; DFBL ; 2.2 ; ref(http-errors) [status...]
  errorloc | errorloc302 | errorloc303 ; DFBL ; ; status word
  external-check command | external-check path ; DfBL ; ; word
  filter bwlim-in | filter bwlim-out ; FBL ; 2.7 ; @bwlim
  filter cache ; FBL ; 1.9 ; ref(cache)
  filter comp-req | filter comp-res ; FBL ; 3.4
  filter compression ; FBL ; 1.7
  filter fcgi-app ; FBL ; 2.1 ; ref(fcgi-app)
  filter opentracing ; FBL ; 2.4 -3.5 +opentracing ; ?
  filter spoe ; FBL ; 1.7 ; ?
  filter trace ; FBL ; 1.7 ; {name word, random-parsing, random-forwarding, hexdump, quiet}
  filter-sequence ; FBL ; 3.4 ; request|response ?
  force-be-switch ; FL ; 3.4 ; cond!
  force-persist ; fBL~1.9 ; ; cond!
  fullconn ; DfBL ; ; num
  grace ; DFBL ; 1.6 ~2.3 -2.5 ; time ; 'grace' in the global section (2.5)
  guid ; FBL ; 3.0 ; word
  hash-balance-factor ; DFBL ; 1.7 ; match(factor) ~
  hash-preserve-affinity ; DBL ; 3.2 ; always|maxconn|maxqueue
  hash-type ; DfBL ; ; map-based|consistent [word [avalanche]]
  http-after-response ; FBLn2.5 ; 2.2 ; @rule ; ; http@2.4
  http-check comment ; DfBL ; 2.2 ; word
  http-check connect ; DfBL ; 2.2 ; @check-connect
  http-check disable-on-404 | http-check send-state ; DfBL
  http-check expect ; DfBL ; ; @check-expect
  http-check send ; DfBL ; 2.2 ; {meth word, uri word, uri-lf fmt, ver word, hdr word fmt, body word, body-lf fmt, comment word}
  http-check set-var ; DfBL ; 2.2 ; expr(check)
  http-check set-var-fmt ; DfBL ; 2.5 ; fmt(check)
  http-check unset-var ; DfBL ; 2.2
  http-error ; DFBL ; 2.2 ; @http-error
  http-request | http-response ; FBLn2.5 ; ; @rule ; ; http@1.8
  http-reuse ; DfBL ; ; never|safe|aggressive|always
  http-send-name-header ; DfBL ; ; word
  id ; FBL ; ; num(1..)
  ignore-persist ; fBL~1.9 ; ; cond!
  load-server-state-from-file ; DfBL ; ; global|local|none
  log global ; DFBL
  log ; DFBL ; ; @log ; ; negatable
  log-format ; DFbL ; ; fmt(log) ; ; opaque
  log-format-sd ; DFbL ; ; fmt(log)
  log-steps ; DFbL ; 3.1 ; ?
  log-tag ; DFBL ; ; word
  max-keep-alive-queue ; DfBL ; ; num(-1..)
  max-session-srv-conns ; DFbL ; 1.9 ; num
  maxconn ; DFbL ; ; num
  mode tcp | mode http ; DFBL
  mode health ; DFBL ; 1.6 -2.3
  mode log ; DB ; 2.9
  mode spop ; DB ; 3.1
  mode haterm ; DFL ; 3.4
  monitor fail ; FbL ; ; cond!
  monitor-net ; DFbL ; 1.6 -2.3 ; match(network) ~ ; 'monitor-uri' with 'http-request return'
  monitor-uri ; DFbL ; ; word ; ; http
  persist rdp-cookie ; DFBL ; ; ~
  persist ; DFBL ; ; match(rdp-cookie) ~
  quic-initial ; FLn3.1 ; 3.1 +quic ; ?
  rate-limit sessions ; DFbL ; ; num(0..)
  redisp | redispatch ; DfBL ; 1.6 ~1.6 -2.1 ; ; 'option redispatch'
  redirect ; FBL ; ; @rule ; ; http@1.8
  reqadd ; FBL ; 1.6 ~2.0 -2.1 ; word cond ; 'http-request set-header'
  reqallow | reqiallow | reqipass ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-request allow'
  reqdel | reqidel ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-request del-header'
  reqdeny | reqideny ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-request deny'
  reqirep | reqrep ; FBL ; 1.6 ~2.0 -2.1 ; regex word cond ; 'http-request replace-header' or 'replace-path'
  reqitarpit | reqtarpit ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-request tarpit'
  reqpass ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-request allow'
  retries ; DfBL ; ; num
  retry-on ; DBL ; 2.0 ; none|conn-failure|empty-response|junk-response|response-timeout|0rtt-rejected|all-retryable-errors|401@2.4|403@2.4|404|408|421@3.2|425|429@3.1|500|501|502|503|504...
  rspadd ; FBL ; 1.6 ~2.0 -2.1 ; word cond ; 'http-response set-header'
  rspdel | rspidel ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-response del-header'
  rspdeny | rspideny ; FBL ; 1.6 ~2.0 -2.1 ; regex cond ; 'http-response deny'
  rspirep | rsprep ; FBL ; 1.6 ~2.0 -2.1 ; regex word cond ; 'http-response replace-header'
  server ; fBL ; ; @server
  server ; BL ; 1.8 ; @server
  server ; fBL ; 1.9 ; @server
  server ; BL ; 2.4 ; @server
  server-state-file-name ; DfBL ; ; word /2.4 [word]
  server-template ; BL ; 1.8 ; @server-template
  server-template ; fBL ; 1.9 ; @server-template
  server-template ; BL ; 2.4 ; @server-template
  source ; DfBL ; ; addr @source
  srvexp ; FBL ; 1.6 ~2.0 -2.1 ; regex word cond
  srvtcpka-cnt ; DfBL ; 2.3 ; num(0..)
  srvtcpka-idle | srvtcpka-intvl ; DfBL ; 2.3 ; time
  srvtimeout ; DFBL ; 1.6 ~1.6 -2.1 ; time ; 'timeout server' ; server-timeout
  ssl-f-use ; FL ; 3.2 ; ?
  stats admin ; FBL ; ; cond! ; ; page
  stats auth | stats realm | stats scope ; DFBL ; ; word ; ; page
  stats enable | stats hide-version | stats show-legends ; DFBL ; ; ~ ; ; page
  stats http-request ; FBL ; ; allow|deny|auth [realm word] cond(http-request) ; ; page
  stats refresh ; DFBL ; ; time ; ; page
  stats show-desc ; DFBL ; ; @show-desc ; ; page
  stats show-modules ; DFBL ; 2.3 ; ~
  stats show-node ; DFBL ; ; [word] ; ; page
  stats show-version ; DFBL ; 3.4 ; ~
  stats uri ; DFBL ; ; word ; ; page
  stick match | stick on | stick store-request | stick store-response ; fBL ; ; @stick ; ; opaque
  stick-table ; FBL ; ; @stick-table
  tcp-check comment ; DfBL ; ; word
  tcp-check connect ; DfBL ; ; @check-connect
  tcp-check expect ; DfBL ; ; @check-expect
  tcp-check send ; DfBL ; ; word [comment word]
  tcp-check send-binary ; DfBL ; ; match(hex) [comment word]
  tcp-check send-binary-lf | tcp-check send-lf ; DfBL ; 2.2 ; fmt [comment word]
  tcp-check set-var ; DfBL ; 2.2 ; expr(check)
  tcp-check set-var-fmt ; DfBL ; 2.5 ; fmt(check)
  tcp-check unset-var ; DfBL ; 2.2
  tcp-request ; FBLn2.5 ; ; @rule
  tcp-response ; BLn2.5 ; ; @rule
  timeout check ; DfBL ; ; time
  timeout client ; DFbL ; ; time ; ; client-timeout
  timeout client-fin ; DFbL ; ; time
  timeout client-hs ; DFbL ; 2.9 ; time
  timeout clitimeout ; DFbL ; 1.6 ~1.6 -2.1 ; time ; 'timeout client' ; client-timeout
  timeout connect ; DfBL ; ; time ; ; connect-timeout
  timeout contimeout ; DfBL ; 1.6 ~1.6 -2.1 ; time ; 'timeout connect' ; connect-timeout
  timeout http-keep-alive | timeout http-request | timeout tarpit ; DFBL ; ; time
  timeout queue | timeout server-fin ; DfBL ; ; time
  timeout server ; DfBL ; ; time ; ; server-timeout
  timeout srvtimeout ; DfBL ; 1.6 ~1.6 -2.1 ; time ; 'timeout server' ; server-timeout
  timeout tunnel ; DfBL ; ; time ; ; tunnel-timeout
  transparent ; DFBL ; 1.6 ~3.3 -3.5 ; ~ ; a 'server' with the address 0.0.0.0
  unique-id-format ; DFBL ; ; fmt(http-request)
  unique-id-header ; DFBL ; ; word
  use-fcgi-app ; DBL ; 2.1 ; ref(fcgi-app)
  use-fcgi-app ; BL ; 2.8 ; ref(fcgi-app)
  use-server ; BL ; ; @use-server
  use_backend ; FbL ; ; @use-backend
  usesrc ; DFBL ; 1.6 -1.6 ; * ; 'usesrc' on a 'source' line
`,
);
