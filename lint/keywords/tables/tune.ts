import { table } from '../keyword';

/** The `tune.*` keywords of the `global` section. */
export const TUNE = table(
  'global',
  'manual 3.2, cfg_kw_list',
  `
  tune.applet.zero-copy-forwarding ; ; 3.0 ; on|off
  tune.buffers.limit | tune.buffers.reserve ; ; ; num /3.0 [num(0..)]
  tune.bufsize ; ; ; num(1..) /1.9 num(1024..) /3.1 size(1024..)
  tune.bufsize.large ; ; 3.4 ; given ?
  tune.bufsize.small ; ; 3.1 ; size(1..)
  tune.chksize ; ; 1.6 ~2.4 -2.5 ; num
  tune.cli.max-payload-size ; ; 3.4 ; size
  tune.comp.maxlevel ; ; ; num(1..9)
  tune.defaults.purge ; ; 3.4 ; [num] /3.5 ?
  tune.disable-fast-forward ; ; 2.8 +expose-experimental-directives
  tune.disable-zero-copy-forwarding ; ; 2.9
  tune.epoll.mask-events ; ; 3.2 3.0.10 ; ?
  tune.events.max-events-at-once ; ; 2.9 ; int(1..10000)
  tune.fail-alloc ; ; 2.6 ; [num(0..100)]
  tune.fd.edge-triggered ; ; 2.2 ; on|off
  tune.fd.tables ; ; 3.5 +expose-experimental-directives ; shared|per-thread-group
  tune.glitches.kill.cpu-usage ; ; 3.2 ; num(0..100)
  tune.h1.be.glitches-threshold | tune.h1.fe.glitches-threshold ; ; 3.4 ; [num(0..)]
  tune.h1.zero-copy-fwd-recv | tune.h1.zero-copy-fwd-send ; ; 2.9 ; on|off
  tune.h2.be.glitches-threshold ; ; 3.0 2.8.1..25 ; [num(0..)]
  tune.h2.be.initial-window-size | tune.h2.be.max-concurrent-streams ; ; 2.8 ; [num(0..)]
  tune.h2.be.max-frames-at-once ; ; 3.4 3.2.16 ; [num]
  tune.h2.be.rxbuf ; ; 3.1 ; size
  tune.h2.fe.glitches-threshold ; ; 3.0 2.8.1..25 ; [num(0..)]
  tune.h2.fe.initial-window-size | tune.h2.fe.max-concurrent-streams ; ; 2.8 ; [num(0..)]
  tune.h2.fe.max-frames-at-once | tune.h2.fe.max-rst-at-once ; ; 3.4 3.2.16 ; [num]
  tune.h2.fe.max-total-streams ; ; 3.0 2.8.1..25 ; [num(0..)]
  tune.h2.fe.rxbuf ; ; 3.1 ; size
  tune.h2.header-table-size ; ; 1.8 ; num(4096..65536)
  tune.h2.initial-window-size ; ; 1.8 ; [num(0..)]
  tune.h2.log-errors ; ; 3.4 3.2.14 ; none|connection|stream
  tune.h2.max-concurrent-streams ; ; 1.8 ; [num(0..)]
  tune.h2.max-frame-size ; ; 2.0 ; num(16384..16777215)
  tune.h2.zero-copy-fwd-send ; ; 2.9 ; on|off
  tune.http.cookielen ; ; ; num
  tune.http.logurilen ; ; 1.8 ; num
  tune.http.maxhdr ; ; ; num /1.8 num(1..32767)
  tune.idle-pool.shared ; ; 2.2 ; on|off
  tune.idletimer ; ; ; time(..65535)
  tune.listener.default-shards ; ; 2.8 ; by-process|by-thread|by-group
  tune.listener.multi-queue ; ; 2.0 ; on|off|fair@2.8
  tune.lua.bool-sample-conversion ; ; 3.2 +lua ; ?
  tune.lua.burst-timeout ; ; 2.8 +lua ; time
  tune.lua.forced-yield ; ; 1.6 +lua ; num
  tune.lua.log.loggers ; ; 2.9 2.8.1..25 +lua ; on|off
  tune.lua.log.stderr ; ; 2.9 2.8.1..25 +lua ; auto|on|off
  tune.lua.maxmem ; ; 1.6 +lua ; num
  tune.lua.openlibs ; ; 3.4 +lua ; ?
  tune.lua.service-timeout | tune.lua.session-timeout | tune.lua.task-timeout ; ; 1.6 +lua ; time
  tune.max-checks-per-thread ; ; 2.9 ; [num]
  tune.max-rules-at-once ; ; 3.2 ; num(0..)
  tune.maxaccept | tune.maxpollevents ; ; ; num
  tune.maxrewrite ; ; ; num(0..)
  tune.memory.hot-size ; ; 2.8 ; num(1..)
  tune.notsent-lowat.client | tune.notsent-lowat.server ; ; 3.2 ; size
  tune.pattern.cache-size ; ; ; num(0..) ~ /3.1 num(0..)
  tune.peers.max-updates-at-once ; ; 2.7 2.6.1..12 ; num(1..)
  tune.pipesize ; ; ; num /3.1 size
  tune.pool-high-fd-ratio | tune.pool-low-fd-ratio ; ; 2.0 ; num(0..100)
  tune.pt.zero-copy-forwarding ; ; 2.9 ; on|off
  tune.quic.backend.max-idle-timeou ; ; 2.6 -3.1 +quic ; time
  tune.quic.be.cc.cubic-min-losses ; ; 3.3 +quic ; ?
  tune.quic.be.cc.hystart ; ; 3.3 +quic ; on|off
  tune.quic.be.cc.max-frame-loss | tune.quic.be.cc.max-win-size | tune.quic.be.cc.reorder-ratio ; ; 3.3 +quic ; ?
  tune.quic.be.max-idle-timeout ; ; 3.3 +quic ; time
  tune.quic.be.sec.glitches-threshold | tune.quic.be.stream.data-ratio ; ; 3.3 +quic ; ?
  tune.quic.be.stream.max-concurrent | tune.quic.be.stream.rxbuf ; ; 3.3 +quic ; ?
  tune.quic.be.tx.pacing | tune.quic.be.tx.udp-gso ; ; 3.3 +quic ; on|off
  tune.quic.cc-hystart ; ; 3.0 ~3.3 -3.5 +quic ; on|off ; 'tune.quic.fe.cc.hystart'
  tune.quic.cc.cubic.min-losses ; ; 3.1 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.cc.cubic-min-losses'
  tune.quic.disable-tx-pacing ; ; 3.2 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.tx.pacing off'
  tune.quic.disable-udp-gso ; ; 3.1 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.tx.udp-gso off'
  tune.quic.fe.cc.cubic-min-losses ; ; 3.3 +quic ; ?
  tune.quic.fe.cc.hystart ; ; 3.3 +quic ; on|off
  tune.quic.fe.cc.max-frame-loss | tune.quic.fe.cc.max-win-size | tune.quic.fe.cc.reorder-ratio ; ; 3.3 +quic ; ?
  tune.quic.fe.max-idle-timeout ; ; 3.3 +quic ; time
  tune.quic.fe.sec.glitches-threshold | tune.quic.fe.sec.retry-threshold ; ; 3.3 +quic ; ?
  tune.quic.fe.sock-per-conn | tune.quic.fe.stream.data-ratio | tune.quic.fe.stream.max-concurrent ; ; 3.3 +quic ; ?
  tune.quic.fe.stream.max-total ; ; 3.4 +quic ; ?
  tune.quic.fe.stream.rxbuf ; ; 3.3 +quic ; ?
  tune.quic.fe.tx.pacing | tune.quic.fe.tx.udp-gso ; ; 3.3 +quic ; on|off
  tune.quic.frontend.conn-tx-buffers.limit ; ; 2.6 -3.3 +quic ; ?
  tune.quic.frontend.default-max-window-size ; ; 3.1 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.cc.max-win-size'
  tune.quic.frontend.glitches-threshold ; ; 3.0 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.sec.glitches-threshold'
  tune.quic.frontend.max-data-size ; ; 3.2 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.stream.rxbuf'
  tune.quic.frontend.max-idle-timeout ; ; 2.6 ~3.3 -3.5 +quic ; time ; 'tune.quic.fe.max-idle-timeout'
  tune.quic.frontend.max-streams-bidi ; ; 2.6 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.stream.max-concurrent'
  tune.quic.frontend.max-tx-mem ; ; 3.2 ~3.3 -3.5 +quic ; ? ; 'tune.quic.mem.tx-max'
  tune.quic.frontend.stream-data-ratio ; ; 3.2 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.stream.data-ratio'
  tune.quic.listen ; ; 3.3 +quic ; on|off
  tune.quic.max-frame-loss ; ; 2.8 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.cc.max-frame-loss'
  tune.quic.mem.tx-max ; ; 3.3 +quic ; ?
  tune.quic.reorder-ratio ; ; 3.0 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.cc.reorder-ratio'
  tune.quic.retry-threshold ; ; 2.6 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.sec.retry-threshold'
  tune.quic.socket-owner ; ; 2.8 ~3.3 -3.5 +quic ; ? ; 'tune.quic.fe.sock-per-conn'
  tune.quic.zero-copy-fwd-send ; ; 2.9 +quic ; on|off
  tune.rcvbuf.backend ; ; 2.9 ; num(1..) /3.1 size(1..)
  tune.rcvbuf.client ; ; ; num /3.1 size
  tune.rcvbuf.frontend ; ; 2.9 ; num(1..) /3.1 size(1..)
  tune.rcvbuf.server ; ; ; num /3.1 size
  tune.recv_enough ; ; 1.7 ; num /3.1 size
  tune.renice.runtime | tune.renice.startup ; ; 3.1 ; [int(-20..19)]
  tune.ring.queues ; ; 3.0 ; [num(0..32)]
  tune.runqueue-depth ; ; 1.9 ; num
  tune.sched.low-latency ; ; 2.2 ; on|off
  tune.sndbuf.backend ; ; 2.9 ; num(1..) /3.1 size(1..)
  tune.sndbuf.client ; ; ; num /3.1 size
  tune.sndbuf.frontend ; ; 2.9 ; num(1..) /3.1 size(1..)
  tune.sndbuf.server ; ; ; num /3.1 size
  tune.ssl.cachesize ; ; ; num(0..)
  tune.ssl.capture-buffer-size ; ; 2.5 ; num(0..)
  tune.ssl.capture-cipherlist-size ; ; 1.8 ~2.5 ; num(0..)
  tune.ssl.certificate-compression ; ; 3.4 3.2.11 3.0.12.. 2.8.1..25 ; auto|off
  tune.ssl.default-dh-param ; ; ; num(1024..)
  tune.ssl.force-private-cache
  tune.ssl.hard-maxrecord ; ; 2.6 ; num(0..)
  tune.ssl.keylog ; ; 2.2 ; on|off
  tune.ssl.keyupdate-rate-limit ; ; 3.5 3.4.3 ; ?
  tune.ssl.lifetime ; ; ; time
  tune.ssl.maxrecord ; ; ; num(0..)
  tune.ssl.ocsp-update.maxdelay ; ; 2.8 ; num(300..)
  tune.ssl.ocsp-update.mindelay ; ; 2.8 ; num(0..3600)
  tune.ssl.ssl-ctx-cache-size ; ; ; num(0..)
  tune.stick-counters ; ; 2.8 ; [int(0..100) ~]
  tune.streams-elasticity ; ; 3.4 ; given ?
  tune.takeover-other-tg-connections ; ; 3.2 ; none|restricted|full
  tune.vars.check-max-size ; ; 2.2 ; [int ~]
  tune.vars.global-max-size ; ; ; [int ~]
  tune.vars.proc-max-size ; ; 1.7 ; [int ~]
  tune.vars.reqres-max-size | tune.vars.sess-max-size | tune.vars.txn-max-size ; ; ; [int ~]
  tune.zlib.memlevel ; ; 1.6 +zlib ; num(1..9)
  tune.zlib.windowsize ; ; 1.6 +zlib ; num(8..15)
  tune.disable-fast-forward ; ; 3.3
  tune.fd.edge-triggered ; ; 2.4 +expose-experimental-directives ; on|off
`,
);
