import { table } from '../keyword';

/** The keywords of the `global` section, except `tune.*`. */
export const GLOBAL = table(
  'global',
  'manual 3.1, cfg_parse_global',
  `
  51degrees-cache-size | 51degrees-data-file | 51degrees-property-name-list ; ; 1.6 +addon ; ?
  51degrees-property-separator ; ; 1.6 +addon ; ?
  acme.scheduler ; ; 3.2 ; auto|off
  anonkey ; ; 2.7 ; num(0..) ~ ; ; negatable
  busy-polling ; ; 1.9 ; ; ; negatable
  ca-base ; ; ; num
  chroot ; ; ; word
  close-spread-time ; ; 2.6 ; infinite|<time> ~
  cluster-secret ; ; 2.6 ; num
  cpu-affinity ; ; 3.4 ; given ?
  cpu-map ; ; ; @cpu-map
  cpu-policy ; ; 3.2 ; none|efficiency|performance|resource|first-usable-node|group-by-cluster|group-by-2-clusters|group-by-3-clusters|group-by-4-clusters|group-by-ccx|group-by-2-ccx|group-by-3-ccx|group-by-4-ccx ?
  cpu-set ; ; 3.2 ; given ?
  crt-base ; ; ; num
  daemon
  debug ; ; 1.6 ~2.2 -2.3
  debug.counters ; ; 3.2 +debug-counters ; on|off
  default-path ; ; 2.4 ; given ?
  description ; ; ; word *
  deviceatlas-json-file | deviceatlas-log-level | deviceatlas-properties-cookie ; ; 1.6 +addon ; ?
  deviceatlas-property-separator ; ; 1.6 +addon ; ?
  dns-accept-family ; ; 3.2 ; auto|<list(ipv4|ipv6)>
  expose-deprecated-directives ; ; 3.0 ; ~ /3.1
  expose-experimental-directives ; ; 2.4 ; ~ /3.1
  external-check ; ; ;  /2.9 preserve-env /3.0 [preserve-env]
  fd-hard-limit ; ; 2.6 ; num
  force-cfg-parser-pause ; ; 3.1 +expose-experimental-directives ; ?
  gid ; ; ; @id
  grace ; ; 2.5 ; time ~
  group ; ; ; given ?
  h1-accept-payload-with-any-method ; ; 2.6
  h1-case-adjust ; ; 2.1 ; word word
  h1-case-adjust-file ; ; 2.1 ; file
  h1-do-not-close-on-insecure-transfer-encoding ; ; 3.1 3.0.4
  h2-workaround-bogus-websocket-clients ; ; 2.5
  hard-stop-after ; ; 1.8 ; time ~
  harden.reject-privileged-ports.quic | harden.reject-privileged-ports.tcp ; ; 3.0 2.8.1..25 ; on|off
  http-err-codes | http-fail-codes ; ; 3.0 ; @codes
  httpclient.resolvers.disabled ; ; 2.8 ; on|off
  httpclient.resolvers.id ; ; 2.6 ; ref(resolvers)
  httpclient.resolvers.prefer ; ; 2.6 ; ipv4|ipv6
  httpclient.retries ; ; 2.9 2.8.1..25 ; num
  httpclient.ssl.ca-file ; ; 2.6 ; ?
  httpclient.ssl.verify ; ; 2.6 ; [none|required]
  httpclient.timeout.connect ; ; 2.9 2.8.1..25 ; time
  insecure-fork-wanted ; ; 2.2 ; ; ; negatable
  insecure-setuid-wanted ; ; 2.2
  issuers-chain-path ; ; 2.2 ; file
  jwt.allow_none_alg ; ; 3.5 3.4.7
  jwt.decrypt_alg_list | jwt.decrypt_enc_list ; ; 3.4 ; ?
  key-base ; ; 3.0 ; num
  limited-quic ; ; 2.9 2.8.1..25
  localpeer ; ; 2.2 ; num
  log ; ; ; @log ; ; negatable
  log-send-hostname ; ; ; [word ~]
  log-tag ; ; ; num
  lua-load ; ; 1.6 +lua ; file
  lua-load-per-thread ; ; 2.4 +lua ; file
  lua-prepend-path ; ; 2.2 +lua ; word [path|cpath]
  master-worker ; ; 1.8 ~3.3 -3.5 ; ; the flag -W or -Ws
  max-spread-checks ; ; ; time
  max-threads-per-group ; ; 3.4 ; int(0..64)
  maxcompcpuusage ; ; ; num(0..100)
  maxcomprate | maxconnrate | maxpipes | maxsessrate | maxsslrate | maxzlibmem ; ; ; num
  maxconn ; ; ; [num] /2.7 [int]
  maxsslconn ; ; ; num(0..)
  mworker-max-reloads ; ; 2.0 ; @reloads /3.1 num(0..)
  nbproc ; ; 1.6 ~2.3 -2.5 ; num(1..64)
  nbthread ; ; 1.8 ; @threads
  no-memory-trimming ; ; 2.6
  no-quic ; ; 2.8 -3.3
  node ; ; ; word
  noepoll | nogetaddrinfo | nokqueue | nopoll | nosplice
  noevports ; ; 2.0
  noktls ; ; 3.3
  noreuseport ; ; 1.7
  numa-cpu-mapping ; ; 2.4 ; ~ ; ; negatable
  ocsp-update.disable | ocsp-update.mode ; ; 3.0 ; on|off
  ocsp-update.httpproxy ; ; 3.0 ; ?
  ocsp-update.maxdelay ; ; 3.0 ; num(300..)
  ocsp-update.mindelay ; ; 3.0 ; num(0..3600)
  pidfile ; ; ; word
  pp2-never-send-local ; ; 2.2
  prealloc-fd ; ; 2.8
  presetenv ; ; 1.7 ; word word
  profiling.memory ; ; 2.4 +memory-profiling ; on|off
  profiling.tasks ; ; 1.9 ; on|off|auto
  quick-exit ; ; 2.7
  quiet
  resetenv ; ; 1.7 ; *
  server-state-base ; ; ; word ~
  server-state-file ; ; ; @state-file
  set-dumpable ; ; 2.0 ;  /3.4 [on|off|libs] ; ; negatable
  set-var ; ; 2.4 ; word expr(config)
  set-var-fmt ; ; 2.5 ; word fmt(config)
  setcap ; ; 2.9 2.8.1..25 +linux-cap ; given ?
  setenv ; ; 1.7 ; word word
  shm-stats-file ; ; 3.3 +expose-experimental-directives ; ?
  shm-stats-file-max-objects ; ; 3.3 +expose-experimental-directives ; word ~
  spread-checks ; ; ; num(0..50)
  ssl-default-bind-ciphers ; ; ; num
  ssl-default-bind-ciphersuites ; ; 1.9 ; num
  ssl-default-bind-client-sigalgs | ssl-default-bind-sigalgs ; ; 2.8 ; num
  ssl-default-bind-curves ; ; 2.2 ; num
  ssl-default-bind-options ; ; ; {force-sslv3, force-tlsv10, force-tlsv11, force-tlsv12, force-tlsv13@1.8, no-sslv3, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13@1.8, no-tls-tickets, tls-tickets@3.2, prefer-client-ciphers@1.8, strict-sni@3.2, no-strict-sni@3.2, ssl-min-ver@1.8 word, ssl-max-ver@1.8 word, allow-0rtt@1.8}!
  ssl-default-server-ciphers ; ; ; num
  ssl-default-server-ciphersuites ; ; 1.9 ; num
  ssl-default-server-client-sigalgs | ssl-default-server-curves | ssl-default-server-sigalgs ; ; 2.9 ; num
  ssl-default-server-options ; ; ; {force-sslv3, force-tlsv10, force-tlsv11, force-tlsv12, force-tlsv13@1.8, no-sslv3, no-tlsv10, no-tlsv11, no-tlsv12, no-tlsv13@1.8, no-tls-tickets, renegotiate@3.3, no-renegotiate@3.3, ssl-min-ver@1.8 word, ssl-max-ver@1.8 word}!
  ssl-dh-param-file ; ; ; ?
  ssl-engine ; ; 1.8 +engine ; ?
  ssl-load-extra-del-ext ; ; 2.3 ; ~
  ssl-load-extra-files ; ; 2.2 ; none|all|bundle|sctl|ocsp|issuer|key...
  ssl-mode-async ; ; 1.8 ; ~
  ssl-passphrase-cmd ; ; 3.3 ; ?
  ssl-propquery | ssl-provider ; ; 2.6 ; ?
  ssl-provider-path ; ; 2.6 ; word ~
  ssl-security-level ; ; 3.0 ; int(0..5)
  ssl-server-verify ; ; ; none|required
  ssl-skip-self-issued-ca ; ; 2.2 ; ~
  stats bind-process ; ; 1.6 -2.7 ; ~
  stats calculate-max-counters ; ; 3.4 ; on|off ~
  stats maxconn ; ; ; num(1..) ~
  stats socket ; ; ; @bind
  stats timeout ; ; ; time(1..) ~
  stats-file ; ; 3.0 ; given ?
  stress-level ; ; 3.2 ; given ?
  strict-limits ; ; 2.1 ; ; ; negatable
  thread-group ; ; 2.5 ; given ?
  thread-groups ; ; 2.5 ; num(1..1) /2.8 num(1..16)
  thread-hard-limit ; ; 3.0 ; int(1..)
  trace ; ; 2.7 -3.1 +expose-experimental-directives ; ?
  uid ; ; ; @id
  ulimit-n ; ; ; num
  unix-bind ; ; ; {prefix word, mode word, user word, uid word, group word, gid word}
  unsetenv ; ; 1.7 ; word *
  user ; ; ; given ?
  warn-blocked-traffic-after ; ; 3.1 3.0.6 ; time(1..1000)
  wurfl-cache-size | wurfl-data-file | wurfl-engine-mode | wurfl-information-list ; ; 1.7 +addon ; ?
  wurfl-information-list-separator | wurfl-patch-file | wurfl-useragent-priority ; ; 1.7 +addon ; ?
  zero-warning ; ; 2.2
  shm-stats-file | shm-stats-file-max-objects ; ; 3.4 ; word ~
  master-worker no-exit-on-failure ; ; 1.8 -3.5 ; ; the flag -W or -Ws
  nbproc 1 ; ; 1.6 -2.5
`,
);
