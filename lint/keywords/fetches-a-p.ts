import { table } from './fact';

/** Sample fetches from a to p: where the sample is there, life, arguments, type. */
export const FETCHES_A_P = table(
  'fetch',
  'manual 7.3, sample_fetch_kw_list',
  `
  accept_date ; client ; 2.9 ; 0..1 str ! ; sint
  acl ; always ; 2.9 ; 1..12 str ! ; bool
  act_conn ; always ; 2.9 ; ; sint
  always_false ; always ; 2.4 ; ; bool
  always_false ; process ; ; ; bool
  always_true ; always ; 2.4 ; ; bool
  always_true ; process ; ; ; bool
  avg_queue ; process ; ; 1 be ; sint
  base ; request ; ; ; str
  base32 ; request ; ; ; sint
  base32+src ; request ; ; ; bin
  baseq ; request ; 2.4 ; ; str
  bc.timer.connect ; answered ; 2.9 ; ; sint
  bc_be_queue ; answered ; 3.0 ; ; sint
  bc_dst ; answered ; 2.4 ; ; sint
  bc_dst ; answered ; 2.9 ; ; addr
  bc_dst_port ; answered ; 2.4 ; ; sint
  bc_err ; answered ; 2.5 ; ; sint
  bc_err_name ; answered ; 3.1 ; ; str
  bc_err_str ; answered ; 2.5 ; ; str
  bc_glitches ; answered ; 3.0 ; ; sint
  bc_http_major ; answered ; 1.9 ; ; sint
  bc_nb_streams ; answered ; 3.0 ; ; sint
  bc_reused ; answered ; 3.2 ; ; bool
  bc_rtt ; client ; 2.8 ; 0..1 str ! ; sint
  bc_rttvar ; client ; 2.8 ; 0..1 str ! ; sint
  bc_setting_streams_limit ; answered ; 3.0 -3.4 ; ; sint
  bc_settings_streams_limit ; answered ; 3.4 ; ; sint
  bc_src ; answered ; 2.4 ; ; sint
  bc_src ; answered ; 2.9 ; ; addr
  bc_src_port ; answered ; 2.4 ; ; sint
  bc_srv_queue ; answered ; 3.0 ; ; sint
  be_conn ; process ; ; 1 be ; sint
  be_conn_free ; process ; 1.9 ; 1 be ; sint
  be_connect_timeout ; backend ; 3.4 ; ; sint
  be_id ; backend ; ; ; sint
  be_name ; backend ; 1.8 ; ; str
  be_queue_timeout ; backend ; 3.4 ; ; sint
  be_server_timeout ; backend ; 2.4 ; ; sint
  be_sess_rate ; process ; ; 1 be ; sint
  be_tarpit_timeout ; backend ; 3.4 ; ; sint
  be_tunnel_timeout ; backend ; 2.4 ; ; sint
  bin ; always ; 2.4 ; 1 str ! ; bin
  bin ; process ; ; 1 str ! ; bin
  bool ; always ; 2.4 ; 1 str ! ; bool
  bool ; process ; ; 1 str ! ; bool
  bs.aborted ; answered ; 3.0 ; ; sint
  bs.debug_str ; answered ; 3.1 ; 0..1 sint ; str
  bs.id ; answered ; 3.1 ; ; sint
  bs.id ; raw-request ; 2.9 ; ; sint
  bs.rst_code ; answered ; 3.0 ; ; sint
  bytes_in ; kept-request ; 3.4 ; ; sint
  bytes_in ; process ; 2.9 ; ; sint
  bytes_out ; final ; 3.4 ; ; sint
  bytes_out ; process ; 2.9 ; ; sint
  capture.req.hdr ; kept-request ; ; 1 sint ; str
  capture.req.method ; kept-request ; ; ; str
  capture.req.uri ; kept-request ; ; ; str
  capture.req.ver ; kept-request ; ; ; str
  capture.res.hdr ; answered ; ; 1 sint ; str
  capture.res.ver ; kept-request ; ; ; str
  connslots ; process ; ; 1 be ; sint
  cook ; request ; ; 0..1 str ; str
  cook_cnt ; request ; ; 0..1 str ; sint
  cook_val ; request ; ; 0..1 str ; sint
  cookie ; request response ; ; 0..1 str ; str
  cpu_calls ; process ; 1.9 ; ; sint
  cpu_ns_avg ; process ; 1.9 ; ; sint
  cpu_ns_tot ; process ; 1.9 ; ; sint
  cpu_usage_grp ; process ; 3.4 ; ; sint
  cpu_usage_proc ; process ; 3.4 ; ; sint
  cpu_usage_thr ; process ; 3.4 ; ; sint
  cur_client_timeout ; client ; 2.9 ; ; sint
  cur_connect_timeout ; backend ; 3.4 ; ; sint
  cur_queue_timeout ; backend ; 3.4 ; ; sint
  cur_server_timeout ; backend ; 2.4 ; ; sint
  cur_tarpit_timeout ; client backend ; 3.4 ; ; sint
  cur_tunnel_timeout ; backend ; 2.4 ; ; sint
  date ; always ; 2.4 ; 0..2 sint str ! ; sint
  date ; process ; 2.1 ; 0..2 sint str ! ; sint
  date ; process ; ; 0..1 sint ; sint
  date_us ; always ; 2.4 ; ; sint
  date_us ; process ; 1.9 ; ; sint
  distcc_body ; raw-request raw-response ; 1.8 ; 1..2 str sint ! ; bin
  distcc_param ; raw-request raw-response ; 1.8 ; 1..2 str sint ! ; sint
  dst ; client ; 2.9 ; ; addr
  dst ; client ; ; ; ipv4
  dst_conn ; client ; ; ; sint
  dst_is_local ; client ; 1.7 ; ; bool
  dst_port ; client ; ; ; sint
  dump_all_vars ; always ; 3.4 ; 0..3 str ! ; str
  env ; always ; 2.4 ; 0..1 str ; str
  env ; process ; ; 0..1 str ; str
  fc.timer.handshake ; client ; 2.9 ; ; sint
  fc.timer.total ; statistics ; 2.9 ; ; sint
  fc.timer.total ; client ; 3.4 ; ; sint
  fc_dst ; client ; 2.5 ; ; ipv4
  fc_dst ; client ; 2.9 ; ; addr
  fc_dst_is_local ; client ; 2.5 ; ; bool
  fc_dst_port ; client ; 2.5 ; ; sint
  fc_err ; client ; 2.5 ; ; sint
  fc_err_name ; client ; 3.1 ; ; str
  fc_err_str ; client ; 2.5 ; ; str
  fc_fackets ; client ; 1.7 ; 0..1 str ; sint
  fc_fackets ; client ; 2.1 ; 0..1 str ! ; sint
  fc_glitches ; client ; 3.0 ; ; sint
  fc_http_major ; client ; 1.8 ; ; sint
  fc_lost ; client ; 1.7 ; 0..1 str ; sint
  fc_lost ; client ; 2.1 ; 0..1 str ! ; sint
  fc_nb_streams ; client ; 3.0 ; ; sint
  fc_pp_authority ; client ; 2.1 ; ; str
  fc_pp_tlv ; client ; 2.9 ; 1 str ! ; str
  fc_pp_tlv ; session ; 3.0 ; 1 str ! ; str
  fc_pp_unique_id ; client ; 2.2 ; ; str
  fc_rcvd_proxy ; client ; 1.8 ; ; bool
  fc_reordering ; client ; 1.7 ; 0..1 str ; sint
  fc_reordering ; client ; 2.1 ; 0..1 str ! ; sint
  fc_retrans ; client ; 1.7 ; 0..1 str ; sint
  fc_retrans ; client ; 2.1 ; 0..1 str ! ; sint
  fc_rtt ; client ; 1.7 ; 0..1 str ; sint
  fc_rtt ; client ; 2.1 ; 0..1 str ! ; sint
  fc_rttvar ; client ; 1.7 ; 0..1 str ; sint
  fc_rttvar ; client ; 2.1 ; 0..1 str ! ; sint
  fc_sacked ; client ; 1.7 ; 0..1 str ; sint
  fc_sacked ; client ; 2.1 ; 0..1 str ! ; sint
  fc_saved_syn ; client ; 3.4 ; ; bin
  fc_settings_streams_limit ; session ; 3.0 ; ; sint
  fc_src ; client ; 2.5 ; ; ipv4
  fc_src ; client ; 2.9 ; ; addr
  fc_src_is_local ; client ; 2.5 ; ; bool
  fc_src_port ; client ; 2.5 ; ; sint
  fc_unacked ; client ; 1.7 ; 0..1 str ; sint
  fc_unacked ; client ; 2.1 ; 0..1 str ! ; sint
  fcgi.docroot ; request ; 2.1 ; ; str
  fcgi.index ; request ; 2.1 ; ; str
  fe_client_timeout ; client ; 2.4 ; ; sint
  fe_conn ; process ; ; 1 fe ; sint
  fe_defbe ; client ; 1.9 ; ; str
  fe_id ; client ; ; ; sint
  fe_name ; client ; 1.8 ; ; str
  fe_req_rate ; process ; 1.7 ; 1 fe ; sint
  fe_sess_rate ; process ; ; 1 fe ; sint
  fe_tarpit_timeout ; client ; 3.4 ; ; sint
  fs.aborted ; session ; 3.0 ; ; sint
  fs.debug_str ; session ; 3.1 ; 0..1 sint ; str
  fs.id ; raw-response ; 2.9 ; ; str
  fs.id ; session ; 3.1 ; ; str
  fs.rst_code ; session ; 3.0 ; ; sint
  hdr ; request response ; ; 0..2 str sint ; str
  hdr_cnt ; request ; ; 0..1 str ; sint
  hdr_ip ; request ; 2.9 ; 0..2 str sint ; addr
  hdr_ip ; request ; ; 0..2 str sint ; ipv4
  hdr_val ; request ; ; 0..2 str sint ; sint
  hostname ; always ; 2.4 ; ; str
  hostname ; process ; 1.8 ; ; str
  http_auth ; request ; ; 1 usr ; bool
  http_auth_bearer ; request ; 2.5 ; 0..1 str ; str
  http_auth_group ; request ; ; 1 usr ; str
  http_auth_pass ; request ; 2.1 ; ; str
  http_auth_type ; request ; 2.1 ; ; str
  http_auth_user ; request ; 2.1 ; ; str
  http_first_req ; kept-request ; ; ; bool
  int ; always ; 2.4 ; 1 sint ; sint
  int ; process ; ; 1 sint ; sint
  internal.htx.data ; request response ; 2.2 ; ; sint
  internal.htx.free ; request response ; 2.2 ; ; sint
  internal.htx.free_data ; request response ; 2.2 ; ; sint
  internal.htx.has_eom ; request response ; 2.2 ; ; bool
  internal.htx.nbblks ; request response ; 2.2 ; ; sint
  internal.htx.size ; request response ; 2.2 ; ; sint
  internal.htx.used ; request response ; 2.2 ; ; sint
  internal.htx_blk.data ; request response ; 2.2 ; 1 str ! ; bin
  internal.htx_blk.hdrname ; request response ; 2.2 ; 1 str ! ; str
  internal.htx_blk.hdrval ; request response ; 2.2 ; 1 str ! ; str
  internal.htx_blk.size ; request response ; 2.2 ; 1 str ! ; sint
  internal.htx_blk.start_line ; request response ; 2.2 ; 1 str ! ; str
  internal.htx_blk.type ; request response ; 2.2 ; 1 str ! ; str
  internal.strm.is_htx ; process ; 2.4 ; ; bool
  internal.strm.is_htx ; raw-request ; 2.2 ; ; bool
  ipv4 ; always ; 2.4 ; 1 ipv4 ; ipv4
  ipv4 ; process ; ; 1 ipv4 ; ipv4
  ipv6 ; always ; 2.4 ; 1 ipv6 ; ipv6
  ipv6 ; process ; ; 1 ipv6 ; ipv6
  last_entity ; process ; 3.1 ; ; str
  last_rule_file ; process ; 2.6 ; ; str
  last_rule_line ; process ; 2.6 ; ; sint
  lat_ns_avg ; process ; 1.9 ; ; sint
  lat_ns_tot ; process ; 1.9 ; ; sint
  meth ; always ; 2.4 ; 0..1 str ! ; meth
  meth ; process ; ; 0..1 str ! ; meth
  method ; kept-request ; ; ; meth
  nbproc ; always ; 2.4 ; ; sint
  nbproc ; process ; ; ; sint
  nbsrv ; process ; ; 1 be ; sint
  path ; request ; ; ; str
  pathq ; request ; 2.3 ; ; str
  payload ; raw-request raw-response ; ; 2 sint ; bin
  payload_lv ; raw-request raw-response ; ; 2..3 sint sint str ! ; bin
  pid ; always ; 2.9 ; ; sint
  prio_class ; process ; 1.9 ; ; sint
  prio_offset ; process ; 1.9 ; ; sint
  proc ; always ; 2.4 ; ; sint
  proc ; process ; ; ; sint
`,
);
