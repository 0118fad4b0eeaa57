import { table } from '../keyword';

/** The words of `server`, `server-template` and `default-server` lines. */
export const SERVER = table(
  'server',
  'manual 5.2, srv_kws',
  `
  addr ; server ; ; addr
  addr ; server default-server ; 1.8 ; addr
  agent-addr ; server default-server ; 1.8 ; [word] /2.2 addr(bare)
  agent-check ; server default-server
  agent-inter ; server default-server ; ; time(1..)
  agent-port ; server default-server ; ; [num] /2.2 num
  agent-send ; server default-server ; 1.7 ; [word] /2.2 word
  allow-0rtt | backup ; server default-server ; 1.8
  alpn ; server default-server ; 1.9 ; word
  backup | check ; server
  ca-file ; server default-server ; ; @ca-file
  cc ; server default-server ; 3.3 ; word
  check ; server default-server ; 1.8
  check-alpn ; server default-server ; 2.0 ; word
  check-pool-conn-name ; server default-server ; 3.2 ; word
  check-proto ; server default-server ; 2.2 ; @proto
  check-reuse-pool ; server default-server ; 3.2
  check-send-proxy ; server
  check-send-proxy ; server default-server ; 1.8
  check-sni ; server default-server ; 1.8 ; word
  check-sni-auto ; server default-server ; 3.3
  check-ssl ; server default-server
  check-via-socks4 ; server default-server ; 2.0
  ciphers ; server default-server ; ; word
  ciphersuites ; server default-server ; 1.9 ; word
  client-sigalgs | curves ; server default-server ; 2.9 ; word
  cookie ; server ; ; [word] /1.8 word
  cookie ; server default-server ; 1.8 ; word
  crl-file | crt ; server default-server ; ; file
  disabled ; server default-server ; 1.6
  downinter | fastinter ; server default-server ; ; time(1..)
  enabled | force-tlsv13 ; server default-server ; 1.8
  error-limit | fall ; server default-server ; ; num(1..)
  force-sslv3 | force-tlsv10 | force-tlsv11 | force-tlsv12 ; server default-server
  from ; server default-server ; 3.5 ; given
  guid ; server ; 3.0 ; word
  guid ; default-server ; 3.0 ; [word]
  hash-key ; server default-server ; 3.0 ; id|addr|addr-port|guid@3.3
  healthcheck ; server default-server ; 3.4 ; ref(healthcheck)
  id ; server ; ; num(1..)
  id ; default-server ; ; [word]
  idle-ping ; server default-server ; 3.2 ; time
  init-addr ; server default-server ; 1.7 ; [list?(last|libc|none||<address>)]
  init-state ; server default-server ; 3.1 ; fully-up|up|down|fully-down
  inter ; server default-server ; ; time(1..)
  ktls ; server default-server ; 3.3 +expose-experimental-directives ; on|off
  log-bufsize ; server default-server ; 2.9 ; num(1..)
  log-proto ; server default-server ; 2.2 ; legacy|octet-count
  max-reuse ; server default-server ; 2.0 ; num
  maxconn | maxqueue | minconn ; server default-server ; ; [num]
  name ; default-server ; 3.5 ; word
  namespace ; server ; 1.6 +namespace ; word
  namespace ; server default-server ; 1.8 +namespace ; word
  no-agent-check | no-backup | no-check | no-check-send-proxy | no-check-ssl | no-ssl ; server default-server ; 1.8
  no-check-reuse-pool ; server default-server ; 3.2
  no-check-sni-auto | no-renegotiate | no-sni-auto ; server default-server ; 3.3
  no-send-proxy | no-send-proxy-v2 | no-send-proxy-v2-ssl | no-send-proxy-v2-ssl-cn ; server default-server ; 1.8
  no-ssl-reuse ; server default-server ; 1.6
  no-sslv3 | no-tlsv10 | no-tlsv11 | no-tlsv12 | non-stick ; server
  no-tfo ; server default-server ; 2.1
  no-tls-tickets ; server default-server
  no-tlsv13 ; server ; 1.8
  non-stick ; server default-server ; 1.8
  npn ; server default-server ; 1.9 ; word
  observe ; server ; ; none|layer4|layer7
  observe ; server default-server ; 1.8 ; none|layer4|layer7
  on-error ; server default-server ; ; fastinter|fail-check|sudden-death|mark-down
  on-marked-down ; server default-server ; ; shutdown-sessions
  on-marked-up ; server default-server ; ; shutdown-backup-sessions
  pool-conn-name ; server default-server ; 3.0 ; expr(server-connection)
  pool-low-conn ; server default-server ; 2.2 ; num
  pool-max-conn ; server default-server ; 1.9 ; num(-1..)
  pool-purge-delay ; server default-server ; 1.9 ; time
  port ; server default-server ; ; [num] /2.2 num
  proto ; server default-server ; 1.9 ; @proto
  proxy-v2-options ; server default-server ; 1.9 ; list!(ssl|cert-cn|ssl-cipher|cert-sig|cert-key|authority|crc32c|unique-id@2.2)
  quic-cc-algo ; server default-server ; 3.4 +quic ; word
  redir ; server ; ; [word] /1.8 word
  redir ; server default-server ; 1.8 ; word
  renegotiate ; server default-server ; 3.3
  resolve-net ; server default-server ; 1.7 ; list(<network>)
  resolve-opts ; server default-server ; 1.9 ; [list?(allow-dup-ip|prevent-dup-ip|ignore-weight@2.1)]
  resolve-prefer ; server default-server ; ; ipv4|ipv6
  resolvers ; server default-server ; ; @resolvers
  rise ; server default-server ; ; num(1..)
  send-proxy | send-proxy-v2 ; server
  send-proxy | send-proxy-v2 ; server default-server ; 1.8
  send-proxy-v2-ssl | send-proxy-v2-ssl-cn ; server default-server
  set-proxy-v2-tlv-fmt( ; server default-server ; 2.9 ; [fmt(server-connection)]
  shard ; server default-server ; 2.7 ; [num]
  sigalgs ; server default-server ; 2.9 ; word
  slowstart ; server default-server ; ; [time] /2.4 time
  sni ; server default-server ; ; expr
  sni-auto ; server default-server ; 3.3
  socks4 ; server default-server ; 2.0 ; addr(port)
  source ; server ; ; @server-source
  source ; server default-server ; 1.8 ; @server-source
  ssl ; server default-server
  ssl-max-ver | ssl-min-ver ; server default-server ; 1.8 ; SSLv3|TLSv1.0|TLSv1.1|TLSv1.2|TLSv1.3
  ssl-reuse | stick ; server default-server ; 1.8
  strict-maxconn ; server default-server ; 3.2
  tcp-md5sig ; server default-server ; 3.3 ; word
  tcp-ut ; server default-server ; ; time
  tfo ; server default-server ; 2.0
  tls-tickets ; server default-server ; 1.8
  track ; server ; ; ref(server)
  track ; server default-server ; 1.8 ; ref(server)
  verify ; server default-server ; ; none|required
  verifyhost ; server default-server ; ; word
  weight ; server default-server ; ; [num(0..256)]
  ws ; server default-server ; 2.5 ; auto|h1|h2
`,
);
