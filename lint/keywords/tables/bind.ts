import { table } from '../keyword';

/** The words of `bind` and `stats socket` lines. */
export const BIND = table(
  'bind',
  'manual 5.1, bind_kws',
  `
  accept-netscaler-cip ; ; 1.7 ; num(1..)
  accept-proxy
  allow-0rtt ; ; 1.8
  alpn ; ; ; word
  backlog ; ; ; num(1..) /2.0 num(0..)
  ca-file ; ; ; @ca-file
  ca-ignore-err ; ; ; @ignore-err
  ca-sign-file ; ; ; file
  ca-sign-pass | ciphers ; ; ; word
  ca-verify-file ; ; 2.2 ; file
  cc ; ; 3.3 ; word
  ciphersuites ; ; 1.9 ; word
  client-sigalgs ; ; 2.8 ; word
  crl-file | crt | crt-list ; ; ; file
  crt-ignore-err ; ; ; @ignore-err
  curves ; ; 1.8 ; word
  default-crt ; ; 3.0 ; file
  defer-accept | force-sslv3 | force-tlsv10 | force-tlsv11 | force-tlsv12
  ecdhe ; ; ; word
  ech ; ; 3.3 +ech ; file
  expose-fd ; ; 1.8 ; listeners
  force-tlsv13 ; ; 1.8
  generate-certificates
  gid ; ; ; num
  group ; ; ; given
  guid-prefix ; ; 3.0 ; word
  id ; ; ; num(1..)
  idle-ping ; ; 3.2 ; time
  interface ; ; ; word
  ktls ; ; 3.3 +expose-experimental-directives ; on|off
  label ; ; 3.2 ; word
  level ; ; ; user|operator|admin
  maxconn ; ; ; num(1..) /2.0 num(0..)
  mode ; ; ; word /1.8 match(octal)
  mss ; ; ; match(segment)
  name ; ; ; word
  namespace ; ; 1.6 +namespace ; word
  nbconn ; ; 2.9 ; ?
  nice ; ; ; num(-1024..1024)
  no-alpn ; ; 2.8
  no-ca-names | no-tlsv13 | prefer-client-ciphers ; ; 1.8
  no-sslv3 | no-tls-tickets | no-tlsv10 | no-tlsv11 | no-tlsv12
  no-strict-sni ; ; 3.2
  npn ; ; ; word
  process ; ; 1.6 ~2.5 -2.7 ; @process
  proto ; ; 1.9 ; @proto
  quic-cc-algo ; ; 2.7 +quic ; word
  quic-force-retry ; ; 2.6 +quic
  quic-socket ; ; 2.9 +quic ; word
  severity-output ; ; 1.8 ; none|number|string
  shards ; ; 2.5 ; by-thread|by-process|by-group@2.8|<match(count)>
  sigalgs ; ; 2.8 ; word
  ssl | strict-sni
  ssl-max-ver | ssl-min-ver ; ; 1.8 ; SSLv3|TLSv1.0|TLSv1.1|TLSv1.2|TLSv1.3
  tcp-md5sig ; ; 3.3 ; word
  tcp-ss ; ; 3.4 ; given
  tcp-ut ; ; ; time
  tfo | transparent
  thread ; ; 2.5 ; @thread
  tls-ticket-keys ; ; ; file
  tls-tickets ; ; 3.2
  uid ; ; ; num
  user ; ; ; given
  v4v6 | v6only
  verify ; ; ; none|optional|required
`,
);
