import { table } from '../keyword';

/** The options of proxy sections. */
export const OPTION = table(
  'proxy',
  'manual 4.2, cfg_opts',
  `
  option abortonclose ; DfBL!3.2
  option abortonclose ; DFBL ; 3.3
  option accept-invalid-http-request ; DFbL ; 1.6 ~3.2 ; ; 'option accept-unsafe-violations-in-http-request' ; http not-negatable@3.1
  option accept-invalid-http-response ; DfBL ; ; ; 'option accept-unsafe-violations-in-http-response' ; http not-negatable@3.1
  option accept-invalid-http-response ; DFbL ; 3.1 ~3.2 ; ; 'option accept-unsafe-violations-in-http-response' ; not-negatable@3.1
  option accept-unsafe-violations-in-http-request ; DFbL!3.2 ; 3.1 ; ; ; http
  option accept-unsafe-violations-in-http-response ; DfBL!3.2 ; 3.1 ; ; ; http
  option allbackups ; DfBL!3.2
  option assume-rfc6587-ntf ; DFL ; 3.2
  option checkcache ; DfBL!3.2 ; ; ; ; http
  option clitcpka | option contstats ; DFbL!3.2
  option disable-h2-upgrade ; DFbL!3.2 ; 2.2 ; ; ; http
  option dont-parse-log ; DFL ; 3.2
  option dontlog-normal | option dontlognull ; DFbL!3.2
  option external-check ; DfBL ; ; ; ; check not-negatable
  option forceclose ; DFBL ; 1.6 ~2.0 -2.5 ; ; 'option httpclose'
  option forwarded ; DfBL ; 2.8 ; ? ; ; http
  option forwardfor ; DFBL ; ; {except word, header word, if-none} ; ; http not-negatable
  option h1-case-adjust-bogus-client ; DFbL!3.2 ; 2.1
  option h1-case-adjust-bogus-server ; DfBL!3.2 ; 2.1
  option http-buffer-request ; DFBL ; ; ; ; http
  option http-drop-request-trailers ; DfBL!3.2 ; 3.2 ; ; ; http
  option http-drop-response-trailers ; DFbL!3.2 ; 3.2 ; ; ; http
  option http-ignore-probes ; DFbL!3.2 ; ; ; ; http
  option http-keep-alive ; DFBL
  option http-no-delay ; DFBL ; ; ; ; http
  option http-pretend-keepalive ; DfBL~1.9!3.2 ; ; ; ; http
  option http-restrict-req-hdr-names ; DFBL ; 2.6 ; preserve|delete|reject ; ; not-negatable
  option http-server-close ; DFBL
  option http-tunnel ; DFbL~1.9 ; 1.6 ~2.0 -2.5
  option http-use-htx ; DL ; 1.9 -2.5
  option http-use-htx ; DFBL ; 2.0 -2.5
  option http-use-proxy-header ; DFbL!3.2 ; ; ; ; http
  option http_proxy ; DFBL ; 1.6 -2.5 ; ; 'http-request do-resolve' and 'set-dst' ; http
  option httpchk ; DfBL ; ; @httpchk ; ; check not-negatable needed
  option httpclose ; DFBL
  option httplog ; DFbL~1.9 ; ; [clf] ; ; not-negatable
  option httpslog ; DFL ; 2.5 ; ~ ; ; not-negatable
  option httpslog ; DFbL ; 3.0 ; ~ ; ; not-negatable
  option idle-close-on-response ; DFbL!3.2 ; 2.6 ; ; ; http
  option independant-streams ; DFBL ; 1.6 -2.1 ; ; 'option independent-streams'
  option independent-streams ; DFBL
  option ldap-check ; DfBL~2.2 ; ; ; ; check not-negatable
  option log-health-checks ; DfBL!3.2
  option log-separate-errors | option logasap ; DFbL!3.2
  option mysql-check ; DfBL ; ; [user word [pre-41@2.2|post-41|post-80@3.4]] ; ; check not-negatable
  option nolinger ; DFBL
  option originalto ; DFBL ; ; {except word, header word} ; ; http not-negatable
  option persist ; DfBL!3.2
  option pgsql-check ; DfBL ; ; [user word] /2.2 user word ; ; check not-negatable
  option prefer-last-server ; DfBL!3.2 ; ; ; ; http
  option redis-check ; DfBL ; ; ; ; check not-negatable
  option redispatch ; DfBL ; ; [num]
  option smtpchk ; DfBL~2.2 ; ; [HELO|EHLO word] ; ; check not-negatable
  option socket-stats ; DFbL!3.2
  option splice-auto | option splice-request | option splice-response ; DFBL
  option spop-check ; B ; 1.7 ; ; ; check not-negatable
  option spop-check ; DfBL ; 2.2 ; ; ; check not-negatable
  option srvtcpka ; DfBL!3.2
  option ssl-hello-chk | option tcp-check ; DfBL ; ; ; ; check not-negatable
  option tcp-smart-accept ; DFbL!3.2
  option tcp-smart-connect ; DfBL!3.2
  option tcpka ; DFBL ; ; ; ; not-negatable
  option tcplog ; DFbL~1.9 ; ; [clf@3.1] ; ; not-negatable
  option transparent ; DfBL!3.2 ; 1.6 ~3.3 -3.5 ; ; a 'server' with the address 0.0.0.0
  option use-small-buffers ; DfBL ; 3.4 ; {queue, l7-retries, check}
`,
);
