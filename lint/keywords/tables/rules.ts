import { table } from '../keyword';

/** The actions of `http-request`, `http-response`, `http-after-response`, `tcp-request` and `tcp-response` rules. */
export const RULES = table(
  'rule',
  'manual 4.3 and 4.4, action_kw_list',
  `
  accept ; tcp-request/connection tcp-request/content tcp-response/content ; ; cond
  accept ; tcp-request/session ; 1.7 ; cond
  add-acl( ; http-request http-response ; ; fmt cond
  add-header ; http-request http-response ; ; word fmt cond
  add-header ; http-after-response ; 2.2 ; word fmt cond
  add-headers-bin ; http-request http-response http-after-response ; 3.4 ; ?
  allow ; http-request http-response ; ; cond
  allow ; http-after-response ; 2.2 ; cond
  attach-srv ; tcp-request/session ; 2.9 +expose-experimental-directives ; ?
  auth ; http-request ; ; [realm word] cond
  block ; http-request ; 1.6 -2.2 ; cond
  cache-store ; http-response ; 1.8 ; ref(cache) cond
  cache-use ; http-request ; 1.8 ; ref(cache) cond /3.5 ref(cache) [no-early-hints] cond
  capture ; http-request http-response tcp-request/content ; ; @capture
  capture ; http-after-response ; 2.6 ; @capture
  close ; tcp-response/content ; ; cond
  del-acl( ; http-request http-response ; ; fmt cond
  del-acl( ; http-after-response ; 2.8 ; fmt cond
  del-header ; http-request http-response ; ; word [-m@2.4 str|beg|end|sub|reg] cond
  del-header ; http-after-response ; 2.2 ; word [-m@2.4 str|beg|end|sub|reg] cond
  del-headers-bin ; http-request http-response http-after-response ; 3.4 ; ?
  del-map( ; http-request http-response ; ; fmt cond
  del-map( ; http-after-response ; 2.8 ; fmt cond
  deny ; http-request http-response ; ; @deny
  disable-l7-retry ; http-request ; 2.0 ; cond
  do-log ; http-request http-response http-after-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 3.1 ;  /3.2 cond /3.4 [profile given] cond
  do-resolve( ; http-request tcp-request/content ; 2.0 ; expr cond
  early-hint ; http-request ; 1.9 ; word fmt cond
  expect-netscaler-cip ; tcp-request/connection ; 1.7 ; layer4 cond
  expect-proxy ; tcp-request/connection ; ; layer4 cond
  normalize-uri ; http-request ; 2.4 +expose-experimental-directives ; ?
  ot-group ; http-request http-response http-after-response tcp-request/content tcp-response/content ; 2.4 -3.5 +opentracing ; ?
  pause ; http-request http-response ; 3.2 ; @pause
  redirect ; http-request http-response ; ; @redirect
  reject ; http-request ; 1.8 ; cond
  reject ; tcp-request/connection tcp-request/content tcp-response/content ; ; cond
  reject ; tcp-request/session ; 1.7 ; cond
  replace-header ; http-request http-response ; ; word regex fmt cond
  replace-header ; http-after-response ; 2.2 ; word regex fmt cond
  replace-path ; http-request ; 2.2 ; regex fmt cond
  replace-pathq ; http-request ; 2.3 2.2.3 ; regex fmt cond
  replace-uri ; http-request ; 2.0 ; regex fmt cond
  replace-value ; http-request http-response ; ; word regex fmt cond
  replace-value ; http-after-response ; 2.2 ; word regex fmt cond
  return ; http-request http-response ; 2.2 ; @return
  sc-add-gpc( ; http-request http-response http-after-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.8 ; @count
  sc-inc-gpc( ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.5 ; cond
  sc-inc-gpc( | sc-inc-gpc0( | sc-inc-gpc1( ; http-after-response ; 2.8 ; cond
  sc-inc-gpc0( ; http-request http-response tcp-request/connection tcp-request/content tcp-response/content ; ; cond
  sc-inc-gpc0( ; tcp-request/session ; 1.7 ; cond
  sc-inc-gpc1( ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 1.9 ; cond
  sc-set-gpt( ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.5 ; @count
  sc-set-gpt( | sc-set-gpt0( ; http-after-response ; 2.8 ; @count
  sc-set-gpt0( ; http-request http-response tcp-request/connection tcp-request/content tcp-response/content ; ; @count
  sc-set-gpt0( ; tcp-request/session ; 1.7 ; @count
  send-spoe-group ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 1.8 ; ?
  set-bandwidth-limit ; http-request http-response tcp-request/content tcp-response/content ; 2.7 ; @bandwidth
  set-bc-mark | set-bc-tos ; http-request tcp-request/content ; 3.0 ; @mark
  set-dst | set-dst-port ; http-request tcp-request/connection tcp-request/session ; 1.7 ; expr cond
  set-dst | set-dst-port ; tcp-request/content ; 2.0 ; expr cond
  set-fc-mark ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 3.0 ; @mark
  set-fc-tos ; http-request http-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 3.0 ; @mark
  set-header ; http-request http-response ; ; word fmt cond
  set-header ; http-after-response ; 2.2 ; word fmt cond
  set-headers-bin ; http-request http-response http-after-response ; 3.4 ; ?
  set-log-level ; http-request http-response ; ; emerg|alert|crit|err|warning|notice|info|debug|silent cond
  set-log-level ; http-after-response ; 2.8 ; emerg|alert|crit|err|warning|notice|info|debug|silent cond
  set-log-level ; tcp-request/content tcp-response/content ; 2.5 ; emerg|alert|crit|err|warning|notice|info|debug|silent cond
  set-map( ; http-request http-response ; ; fmt fmt cond
  set-map( ; http-after-response ; 2.8 ; fmt fmt cond
  set-mark ; http-request http-response ; ; @mark
  set-mark ; tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.5 ; @mark
  set-method | set-path ; http-request ; ; fmt cond
  set-nice ; http-request http-response ; ; num cond
  set-nice ; tcp-request/content tcp-response/content ; 2.5 ; num cond
  set-pathq ; http-request ; 2.3 2.2.3 ; fmt cond
  set-priority-class | set-priority-offset ; http-request tcp-request/content ; 1.9 ; expr cond
  set-query ; http-request ; ; fmt cond
  set-retries ; http-request tcp-request/content ; 3.1 ; @retries
  set-src | set-src-port ; http-request ; ; expr cond
  set-src | set-src-port ; tcp-request/connection tcp-request/session ; 1.7 ; expr cond
  set-src | set-src-port ; tcp-request/content ; 2.5 ; expr cond
  set-status ; http-response ; ; int(100..999) [reason@1.8 word] cond
  set-status ; http-after-response ; 2.2 ; int(100..999) [reason word] cond
  set-timeout ; http-request ; 2.4 ; @timeout
  set-timeout ; http-response ; 2.9 ; @timeout
  set-tos ; http-request http-response ; ; @mark
  set-tos ; tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.5 ; @mark
  set-uri ; http-request ; ; fmt cond
  set-var( ; http-request http-response tcp-request/content tcp-response/content ; ; expr cond
  set-var( ; http-after-response ; 2.2 ; expr cond
  set-var( ; tcp-request/connection ; 2.5 ; expr cond
  set-var( ; tcp-request/session ; 1.7 ; expr cond
  set-var-fmt( ; http-request http-response http-after-response tcp-request/connection tcp-request/session tcp-request/content tcp-response/content ; 2.5 ; [fmt] cond
  silent-drop ; http-request http-response tcp-request/connection tcp-request/content tcp-response/content ; ; [rst-ttl@2.7 num] cond
  silent-drop ; tcp-request/session ; 1.7 ; [rst-ttl@2.7 num] cond
  strict-mode ; http-request http-response http-after-response ; 2.2 ; on|off cond
  switch-mode ; tcp-request/content ; 2.4 ; http [proto word] cond
  tarpit ; http-request ; ; @deny
  track-sc ; http-request tcp-request/connection tcp-request/content ; ; @track
  track-sc ; http-response tcp-request/session ; 1.7 ; @track
  unset-var( ; http-request http-response tcp-request/session tcp-request/content tcp-response/content ; 1.7 ; cond
  unset-var( ; http-after-response ; 2.2 ; cond
  unset-var( ; tcp-request/connection ; 2.5 ; cond
  use-service ; http-request tcp-request/content ; ; @service
  wait-for-body ; http-request http-response ; 2.4 ; @wait
  wait-for-handshake ; http-request ; 1.8 ; cond
`,
);
