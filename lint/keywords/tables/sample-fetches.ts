import { table } from '../keyword';

/** Sample fetches: where the sample is there, life, arguments, type. */
export const SAMPLE_FETCHES = table(
  'fetch',
  'manual 7.3, sample_fetch_kw_list',
  `
  accept_date ; client ; 2.9 ; 0..1 str ! ; sint
  acl ; always ; 2.9 ; 1..12 str ! ; bool
  act_conn ; always ; 2.9 ; ; sint
  always_false | always_true ; always ; 2.4 ; ; bool
  always_false | always_true ; process ; ; ; bool
  avg_queue ; process ; ; 1 be ; sint
  base ; request ; ; ; str
  base32 ; request ; ; ; sint
  base32+src ; request ; ; ; bin
  baseq ; request ; 2.4 ; ; str
  bc.timer.connect ; answered ; 2.9 ; ; sint
  bc_be_queue ; answered ; 3.0 ; ; sint
  bc_dst | bc_dst_port ; answered ; 2.4 ; ; sint
  bc_dst ; answered ; 2.9 ; ; addr
  bc_err ; answered ; 2.5 ; ; sint
  bc_err_name ; answered ; 3.1 3.0.6 ; ; str
  bc_err_str ; answered ; 2.5 ; ; str
  bc_glitches ; answered ; 3.0 2.8.1..25 ; ; sint
  bc_nb_streams ; answered ; 3.0 ; ; sint
  bc_http_major ; answered ; 1.9 ; ; sint
  bc_reused ; answered ; 3.2 ; ; bool
  bc_rtt | bc_rttvar ; client ; 2.8 ; 0..1 str ! ; sint
  bc_setting_streams_limit ; answered ; 3.0 -3.4,3.2.10 ; ; sint
  bc_settings_streams_limit ; answered ; 3.4 3.2.10 ; ; sint
  bc_src | bc_src_port ; answered ; 2.4 ; ; sint
  bc_src ; answered ; 2.9 ; ; addr
  bc_srv_queue ; answered ; 3.0 ; ; sint
  be_conn ; process ; ; 1 be ; sint
  be_conn_free ; process ; 1.9 ; 1 be ; sint
  be_connect_timeout | be_queue_timeout ; backend ; 3.4 ; ; sint
  be_id ; backend ; ; ; sint
  be_max_retries | cur_max_retries ; backend ; 3.5 ; ; sint
  be_name ; backend ; 1.8 ; ; str
  be_server_timeout | be_tunnel_timeout ; backend ; 2.4 ; ; sint
  be_sess_rate ; process ; ; 1 be ; sint
  be_tarpit_timeout ; backend ; 3.4 ; ; sint
  bin ; always ; 2.4 ; 1 str ! ; bin
  bin ; process ; ; 1 str ! ; bin
  bool ; always ; 2.4 ; 1 str ! ; bool
  bool ; process ; ; 1 str ! ; bool
  bs.aborted | bs.rst_code ; answered ; 3.0 ; ; sint
  bs.debug_str ; answered ; 3.1 3.0.8 ; 0..1 sint ; str
  bs.id ; answered ; 3.1 ; ; sint
  bs.id ; raw-request ; 2.9 ; ; sint
  bytes_in ; kept-request ; 3.4 ; ; sint
  bytes_in | bytes_out ; process ; 2.9 ; ; sint
  bytes_out ; final ; 3.4 ; ; sint
  capture.req.hdr ; kept-request ; ; 1 sint ; str
  capture.req.method | capture.req.uri | capture.req.ver | capture.res.ver ; kept-request ; ; ; str
  capture.res.hdr ; answered ; ; 1 sint ; str
  connslots ; process ; ; 1 be ; sint
  cook ; request ; ; 0..1 str ; str
  cook_cnt | cook_val ; request ; ; 0..1 str ; sint
  cookie ; request response ; ; 0..1 str ; str
  cpu_calls | cpu_ns_avg | cpu_ns_tot ; process ; 1.9 ; ; sint
  cpu_usage_grp | cpu_usage_proc | cpu_usage_thr ; process ; 3.4 ; ; sint
  cur_client_timeout ; client ; 2.9 ; ; sint
  cur_connect_timeout | cur_queue_timeout ; backend ; 3.4 ; ; sint
  cur_server_timeout | cur_tunnel_timeout ; backend ; 2.4 ; ; sint
  cur_tarpit_timeout ; client backend ; 3.4 ; ; sint
  date ; always ; 2.4 ; 0..2 sint str ! ; sint
  date ; process ; 2.1 ; 0..2 sint str ! ; sint
  date ; process ; ; 0..1 sint ; sint
  date_us ; always ; 2.4 ; ; sint
  date_us ; process ; 1.9 ; ; sint
  distcc_body ; raw-request raw-response ; 1.8 ; 1..2 str sint ! ; bin
  distcc_param ; raw-request raw-response ; 1.8 ; 1..2 str sint ! ; sint
  dst ; client ; 2.9 ; ; addr
  dst ; client ; ; ; ipv4
  dst_conn | dst_port ; client ; ; ; sint
  dst_is_local ; client ; 1.7 ; ; bool
  dump_all_vars ; always ; 3.4 ; 0..3 str ! ; str
  env ; always ; 2.4 ; 0..1 str ; str
  env ; process ; ; 0..1 str ; str
  fc.timer.handshake ; client ; 2.9 ; ; sint
  fc.timer.total ; statistics ; 2.9 ; ; sint
  fc.timer.total ; client ; 3.4 ; ; sint
  fc_dst ; client ; 2.5 ; ; ipv4
  fc_dst ; client ; 2.9 ; ; addr
  fc_dst_is_local ; client ; 2.5 ; ; bool
  fc_dst_port | fc_err ; client ; 2.5 ; ; sint
  fc_err_name ; client ; 3.1 3.0.6 ; ; str
  fc_err_str ; client ; 2.5 ; ; str
  fc_fackets | fc_lost ; client ; 1.7 ; 0..1 str ; sint
  fc_fackets | fc_lost ; client ; 2.1 ; 0..1 str ! ; sint
  fc_glitches ; client ; 3.0 2.8.1..25 ; ; sint
  fc_nb_streams ; client ; 3.0 ; ; sint
  fc_http_major ; client ; 1.8 ; ; sint
  fc_pp_authority ; client ; 2.1 ; ; str
  fc_pp_tlv ; client ; 2.9 ; 1 str ! ; str
  fc_pp_tlv ; session ; 3.0 ; 1 str ! ; str
  fc_pp_unique_id ; client ; 2.2 ; ; str
  fc_rcvd_proxy ; client ; 1.8 ; ; bool
  fc_reordering | fc_retrans | fc_rtt | fc_rttvar | fc_sacked ; client ; 1.7 ; 0..1 str ; sint
  fc_reordering | fc_retrans | fc_rtt | fc_rttvar | fc_sacked ; client ; 2.1 ; 0..1 str ! ; sint
  fc_saved_syn ; client ; 3.4 ; ; bin
  fc_settings_streams_limit ; session ; 3.0 ; ; sint
  fc_src ; client ; 2.5 ; ; ipv4
  fc_src ; client ; 2.9 ; ; addr
  fc_src_is_local ; client ; 2.5 ; ; bool
  fc_src_port ; client ; 2.5 ; ; sint
  fc_unacked ; client ; 1.7 ; 0..1 str ; sint
  fc_unacked ; client ; 2.1 ; 0..1 str ! ; sint
  fcgi.docroot | fcgi.index ; request ; 2.1 ; ; str
  fe_client_timeout ; client ; 2.4 ; ; sint
  fe_conn ; process ; ; 1 fe ; sint
  fe_defbe ; client ; 1.9 ; ; str
  fe_id ; client ; ; ; sint
  fe_name ; client ; 1.8 ; ; str
  fe_req_rate ; process ; 1.7 ; 1 fe ; sint
  fe_sess_rate ; process ; ; 1 fe ; sint
  fe_tarpit_timeout ; client ; 3.4 ; ; sint
  fs.aborted | fs.rst_code ; session ; 3.0 ; ; sint
  fs.debug_str ; session ; 3.1 3.0.8 ; 0..1 sint ; str
  fs.id ; raw-response ; 2.9 ; ; str
  fs.id ; session ; 3.1 ; ; str
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
  http_auth_pass | http_auth_type | http_auth_user ; request ; 2.1 ; ; str
  http_first_req ; kept-request ; ; ; bool
  int ; always ; 2.4 ; 1 sint ; sint
  int ; process ; ; 1 sint ; sint
  internal.htx.data | internal.htx.free | internal.htx.free_data ; request response ; 2.2 ; ; sint
  internal.htx.has_eom ; request response ; 2.2 ; ; bool
  internal.htx.nbblks | internal.htx.size | internal.htx.used ; request response ; 2.2 ; ; sint
  internal.htx_blk.data ; request response ; 2.2 ; 1 str ! ; bin
  internal.htx_blk.hdrname | internal.htx_blk.hdrval ; request response ; 2.2 ; 1 str ! ; str
  internal.htx_blk.size ; request response ; 2.2 ; 1 str ! ; sint
  internal.htx_blk.start_line | internal.htx_blk.type ; request response ; 2.2 ; 1 str ! ; str
  internal.strm.is_htx ; process ; 2.4 ; ; bool
  internal.strm.is_htx ; raw-request ; 2.2 ; ; bool
  ipv4 ; always ; 2.4 ; 1 ipv4 ; ipv4
  ipv4 ; process ; ; 1 ipv4 ; ipv4
  ipv6 ; always ; 2.4 ; 1 ipv6 ; ipv6
  ipv6 ; process ; ; 1 ipv6 ; ipv6
  last_entity ; process ; 3.1 ; ; str
  last_rule_file ; process ; 2.6 ; ; str
  last_rule_line ; process ; 2.6 ; ; sint
  lat_ns_avg | lat_ns_tot ; process ; 1.9 ; ; sint
  meth ; always ; 2.4 ; 0..1 str ! ; meth
  meth ; process ; ; 0..1 str ! ; meth
  method ; kept-request ; ; ; meth
  nbproc ; always ; 2.4 ; ; sint
  nbproc ; process ; ; ; sint
  nbsrv ; process ; ; 1 be ; sint
  path ; request ; ; ; str
  pathq ; request ; 2.3 2.2.3 ; ; str
  payload ; raw-request raw-response ; ; 2 sint ; bin
  payload_lv ; raw-request raw-response ; ; 2..3 sint sint str ! ; bin
  pid ; always ; 2.9 ; ; sint
  prio_class | prio_offset ; process ; 1.9 ; ; sint
  proc ; always ; 2.4 ; ; sint
  proc ; process ; ; ; sint
  query ; request ; 3.1 ; 0..1 str ; str
  query ; request ; ; ; str
  queue ; process ; ; 1 be ; sint
  quic_enabled ; always ; 2.8 ; ; bool
  rand ; always ; 2.4 ; 0..1 sint ; sint
  rand ; process ; ; 0..1 sint ; sint
  rdp_cookie ; raw-request ; ; 0..1 str ; str
  rdp_cookie_cnt ; raw-request ; ; 0..1 str ; sint
  rep_ssl_hello_type ; raw-response ; ; ; sint
  req.body ; request ; ; ; bin
  req.body_len | req.body_size ; request ; ; ; sint
  req.body_param ; request ; 2.8 ; 0..2 str ; bin
  req.body_param ; request ; ; 0..1 str ; bin
  req.bytes_in | req.bytes_out ; kept-request ; 3.4 ; ; sint
  req.bytes_in | req.bytes_out ; process ; 3.3 ; ; sint
  req.cook ; request ; ; 0..1 str ; str
  req.cook_cnt | req.cook_val | req.fhdr_cnt | req.hdr_cnt ; request ; ; 0..1 str ; sint
  req.cook_names ; request ; 2.9 ; 0..1 str ; str
  req.fhdr | req.hdr ; request ; ; 0..2 str sint ; str
  req.hdr_ip ; request ; 2.9 ; 0..2 str sint ; addr
  req.hdr_ip ; request ; ; 0..2 str sint ; ipv4
  req.hdr_names ; request ; ; 0..1 str ; str
  req.hdr_val ; request ; ; 0..2 str sint ; sint
  req.hdrs | req.hdrs_bin ; request ; 1.8 ; ; bin
  req.len ; raw-request ; ; ; sint
  req.payload ; raw-request ; ; 2 sint ; bin
  req.payload_lv ; raw-request ; ; 2..3 sint sint str ! ; bin
  req.proto_http ; kept-request ; ; ; bool
  req.rdp_cookie ; raw-request ; ; 0..1 str ; str
  req.rdp_cookie_cnt ; raw-request ; ; 0..1 str ; sint
  req.ssl_alpn ; raw-request ; 2.0 ; ; str
  req.ssl_cipherlist | req.ssl_keyshare_groups | req.ssl_sigalgs ; raw-request client session ; 3.2 ; ; bin
  req.ssl_ec_ext ; raw-request ; ; ; bool
  req.ssl_hello_type | req.ssl_st_ext | req.ssl_ver ; raw-request ; ; ; sint
  req.ssl_sni ; raw-request ; ; ; str
  req.ssl_supported_groups ; raw-request client session ; 3.2 ; ; bin
  req.timer.hdr | req.timer.idle | req.timer.tq ; request ; 2.9 ; ; sint
  req.timer.queue ; answered ; 2.9 ; ; sint
  req.ver ; kept-request ; 3.4 ; ; str
  req.ver ; request ; ; ; str
  req_len | req_ssl_hello_type | req_ssl_ver ; raw-request ; ; ; sint
  req_proto_http ; kept-request ; ; ; bool
  req_ssl_sni ; raw-request ; ; ; str
  req_ver ; kept-request ; 3.4 ; ; str
  req_ver ; request ; ; ; str
  request_date ; kept-request ; 2.9 ; 0..1 str ! ; sint
  res.body ; response ; 2.2 ; ; bin
  res.body_len | res.body_size ; response ; 2.2 ; ; sint
  res.bytes_in | res.bytes_out ; final ; 3.4 ; ; sint
  res.bytes_in | res.bytes_out ; process ; 3.3 ; ; sint
  res.cache_hit ; answered ; 2.3 ; ; bool
  res.cache_name ; answered ; 2.3 ; ; str
  res.comp ; answered ; ; ; bool
  res.comp_algo ; answered ; ; ; str
  res.cook ; response ; ; 0..1 str ; str
  res.cook_cnt | res.cook_val | res.fhdr_cnt | res.hdr_cnt ; response ; ; 0..1 str ; sint
  res.cook_names ; response ; 2.9 ; 0..1 str ; str
  res.fhdr | res.hdr ; response ; ; 0..2 str sint ; str
  res.hdr_ip ; response ; 2.9 ; 0..2 str sint ; addr
  res.hdr_ip ; response ; ; 0..2 str sint ; ipv4
  res.hdr_names ; response ; ; 0..1 str ; str
  res.hdr_val ; response ; ; 0..2 str sint ; sint
  res.hdrs | res.hdrs_bin ; response ; 2.2 ; ; bin
  res.len | res.ssl_hello_type ; raw-response ; ; ; sint
  res.payload ; raw-response ; ; 2 sint ; bin
  res.payload_lv ; raw-response ; ; 2..3 sint sint str ! ; bin
  res.timer.data ; final ; 2.9 ; ; sint
  res.timer.hdr ; response ; 2.9 ; ; sint
  res.ver | resp_ver ; answered ; 3.4 ; ; str
  res.ver | resp_ver ; response ; ; ; str
  sc0_bytes_in_rate | sc0_bytes_out_rate | sc0_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc0_clr_gpc1 | sc0_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc0_conn_cnt | sc0_conn_cur | sc0_conn_rate | sc0_get_gpc0 | sc0_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc0_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc0_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc0_glitch_cnt | sc0_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc0_gpc1_rate | sc0_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc0_http_err_cnt | sc0_http_err_rate ; process ; ; 0..1 tab ; sint
  sc0_http_fail_cnt | sc0_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc0_http_req_cnt | sc0_http_req_rate | sc0_inc_gpc0 | sc0_sess_cnt | sc0_sess_rate ; process ; ; 0..1 tab ; sint
  sc0_kbytes_in | sc0_kbytes_out ; client ; ; 0..1 tab ; sint
  sc0_key ; process ; 3.2 ; ; any
  sc0_tracked ; process ; ; 0..1 tab ; bool
  sc0_trackers | sc1_bytes_in_rate | sc1_bytes_out_rate | sc1_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc1_clr_gpc ; process ; 2.5 ; 1..2 sint tab ; sint
  sc1_clr_gpc1 | sc1_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc1_conn_cnt | sc1_conn_cur | sc1_conn_rate | sc1_get_gpc0 | sc1_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc1_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc1_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc1_glitch_cnt | sc1_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc1_gpc1_rate | sc1_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc1_http_err_cnt | sc1_http_err_rate ; process ; ; 0..1 tab ; sint
  sc1_http_fail_cnt | sc1_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc1_http_req_cnt | sc1_http_req_rate | sc1_inc_gpc0 | sc1_sess_cnt | sc1_sess_rate ; process ; ; 0..1 tab ; sint
  sc1_kbytes_in | sc1_kbytes_out ; client ; ; 0..1 tab ; sint
  sc1_key ; process ; 3.2 ; ; any
  sc1_tracked ; process ; ; 0..1 tab ; bool
  sc1_trackers | sc2_bytes_in_rate | sc2_bytes_out_rate | sc2_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc2_clr_gpc1 | sc2_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc2_conn_cnt | sc2_conn_cur | sc2_conn_rate | sc2_get_gpc0 | sc2_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc2_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc2_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc2_glitch_cnt | sc2_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc2_gpc1_rate | sc2_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc2_http_err_cnt | sc2_http_err_rate ; process ; ; 0..1 tab ; sint
  sc2_http_fail_cnt | sc2_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc2_http_req_cnt | sc2_http_req_rate | sc2_inc_gpc0 | sc2_sess_cnt | sc2_sess_rate ; process ; ; 0..1 tab ; sint
  sc2_kbytes_in | sc2_kbytes_out ; client ; ; 0..1 tab ; sint
  sc2_key ; process ; 3.2 ; ; any
  sc2_tracked ; process ; ; 0..1 tab ; bool
  sc2_trackers ; process ; ; 0..1 tab ; sint
  sc_bytes_in_rate | sc_bytes_out_rate | sc_clr_gpc0 ; process ; ; 1..2 sint tab ; sint
  sc_clr_gpc | sc_get_gpc | sc_get_gpt ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_clr_gpc1 | sc_get_gpc1 ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_conn_cnt | sc_conn_cur | sc_conn_rate | sc_get_gpc0 | sc_gpc0_rate ; process ; ; 1..2 sint tab ; sint
  sc_get_gpt0 ; process ; 1.8 ; 1..2 sint tab ; sint
  sc_get_gpt0 ; process ; ; 1..2 sint tab ; bool
  sc_glitch_cnt | sc_glitch_rate ; process ; 3.0 ; 1..2 sint tab ; sint
  sc_gpc1_rate ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_gpc_rate | sc_inc_gpc ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_http_err_cnt | sc_http_err_rate | sc_http_req_cnt | sc_http_req_rate ; process ; ; 1..2 sint tab ; sint
  sc_http_fail_cnt | sc_http_fail_rate ; process ; 2.4 ; 1..2 sint tab ; sint
  sc_inc_gpc0 | sc_sess_cnt | sc_sess_rate ; process ; ; 1..2 sint tab ; sint
  sc_inc_gpc1 ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_kbytes_in | sc_kbytes_out ; client ; ; 1..2 sint tab ; sint
  sc_key ; process ; 3.2 ; 1 sint ; any
  sc_tracked ; process ; ; 1..2 sint tab ; bool
  sc_trackers ; process ; ; 1..2 sint tab ; sint
  scook ; response ; ; 0..1 str ; str
  scook_cnt | scook_val | shdr_cnt ; response ; ; 0..1 str ; sint
  server_status ; answered ; 2.9 ; ; sint
  set-cookie ; response ; 1.6 -2.5 ; 0..1 str ; str
  shdr ; response ; ; 0..2 str sint ; str
  shdr_ip ; response ; 2.9 ; 0..2 str sint ; addr
  shdr_ip ; response ; ; 0..2 str sint ; ipv4
  shdr_val ; response ; ; 0..2 str sint ; sint
  so_id ; client ; ; ; sint
  so_name ; client ; 2.2 ; ; str
  spoe.engine-id ; process ; 3.1 ; ; str
  src ; client ; 2.9 ; ; addr
  src ; client ; ; ; ipv4
  src_bytes_in_rate | src_bytes_out_rate | src_clr_gpc0 ; client ; ; 1 tab ; sint
  src_clr_gpc | src_get_gpc | src_get_gpt ; client ; 2.5 ; 2 sint tab ; sint
  src_clr_gpc1 | src_get_gpc1 ; client ; 1.9 ; 1 tab ; sint
  src_conn_cnt | src_conn_cur | src_conn_rate | src_get_gpc0 | src_gpc0_rate ; client ; ; 1 tab ; sint
  src_get_gpt0 ; client ; 1.8 ; 1 tab ; sint
  src_get_gpt0 ; client ; ; 1 tab ; bool
  src_glitch_cnt | src_glitch_rate ; client ; 3.0 ; 1 tab ; sint
  src_gpc1_rate | src_inc_gpc1 ; client ; 1.9 ; 1 tab ; sint
  src_gpc_rate | src_inc_gpc ; client ; 2.5 ; 2 sint tab ; sint
  src_http_err_cnt | src_http_err_rate | src_http_req_cnt | src_http_req_rate | src_inc_gpc0 ; client ; ; 1 tab ; sint
  src_http_fail_cnt | src_http_fail_rate ; client ; 2.4 ; 1 tab ; sint
  src_is_local ; client ; 1.7 ; ; bool
  src_kbytes_in | src_kbytes_out | src_sess_cnt | src_sess_rate | src_updt_conn_cnt ; client ; ; 1 tab ; sint
  src_port ; client ; ; ; sint
  srv_conn ; process ; ; 1 srv ; sint
  srv_conn_free ; process ; 1.9 ; 1 srv ; sint
  srv_id ; server ; ; ; sint
  srv_is_up ; process ; ; 1 srv ; bool
  srv_iweight | srv_uweight | srv_weight ; process ; 2.3 ; 1 srv ; sint
  srv_name ; server ; 2.1 ; ; str
  srv_queue ; process ; 1.8 ; 1 srv ; sint
  srv_sess_rate ; process ; ; 1 srv ; sint
  ssl_bc ; answered ; ; ; bool
  ssl_bc_alg_keysize ; answered ; ; ; sint
  ssl_bc_alpn ; answered ; 1.9 ; ; str
  ssl_bc_cipher ; answered ; ; ; str
  ssl_bc_client_early_traffic_secret | ssl_bc_client_handshake_traffic_secret ; session ; 3.0 ; ; str
  ssl_bc_client_random ; answered ; 2.0 ; ; bin
  ssl_bc_client_traffic_secret_0 | ssl_bc_early_exporter_secret | ssl_bc_exporter_secret ; session ; 3.0 ; ; str
  ssl_bc_curve ; answered ; 2.9 ; ; str
  ssl_bc_err ; answered ; 2.5 ; ; sint
  ssl_bc_err_str ; answered ; 2.5 ; ; str
  ssl_bc_is_resumed ; answered ; 1.9 ; ; bool
  ssl_bc_npn ; answered ; 1.9 ; ; str
  ssl_bc_protocol ; answered ; ; ; str
  ssl_bc_server_handshake_traffic_secret | ssl_bc_server_traffic_secret_0 ; session ; 3.0 ; ; str
  ssl_bc_server_random ; answered ; 2.0 ; ; bin
  ssl_bc_session_id | ssl_bc_unique_id ; answered ; ; ; bin
  ssl_bc_session_key ; answered ; 1.9 ; ; bin
  ssl_bc_sni ; answered ; 3.3 3.2.6 ; ; str
  ssl_bc_use_keysize ; answered ; ; ; sint
  ssl_c_ca_err | ssl_c_ca_err_depth | ssl_c_err ; session ; ; ; sint
  ssl_c_chain_der ; session ; 2.3 2.2.6 ; ; bin
  ssl_c_der ; session ; ; ; bin
  ssl_c_i_dn | ssl_c_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_c_i_dn | ssl_c_s_dn ; session ; ; 0..2 str sint ; str
  ssl_c_key_alg | ssl_c_notafter | ssl_c_notbefore | ssl_c_sig_alg ; session ; ; ; str
  ssl_c_policies ; session ; 3.5 ; 0..1 str ; str
  ssl_c_r_dn ; session ; 2.8 ; 0..3 str sint str ! ; str
  ssl_c_san ; session ; 3.1 ; ; str
  ssl_c_serial | ssl_c_sha1 | ssl_f_der ; session ; ; ; bin
  ssl_c_used ; session ; ; ; bool
  ssl_c_verify | ssl_c_version ; session ; ; ; sint
  ssl_f_i_dn | ssl_f_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_f_i_dn | ssl_f_s_dn ; session ; ; 0..2 str sint ; str
  ssl_f_key_alg | ssl_f_notafter | ssl_f_notbefore | ssl_f_sig_alg | ssl_fc_alpn | ssl_fc_cipher ; session ; ; ; str
  ssl_f_serial | ssl_f_sha1 ; session ; ; ; bin
  ssl_f_version | ssl_fc_alg_keysize ; session ; ; ; sint
  ssl_fc ; session ; ; ; bool
  ssl_fc_cipherlist_bin | ssl_fc_cipherlist_str ; session ; 1.8 ; ; str
  ssl_fc_cipherlist_bin | ssl_fc_cipherlist_str ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_cipherlist_hex ; session ; 1.8 ; ; bin
  ssl_fc_cipherlist_hex ; session ; 2.5 ; 0..1 sint ; bin
  ssl_fc_cipherlist_xxh ; session ; 1.8 ; ; sint
  ssl_fc_client_early_traffic_secret | ssl_fc_client_handshake_traffic_secret ; session ; 2.2 ; ; str
  ssl_fc_client_random ; session ; 2.0 ; ; bin
  ssl_fc_client_traffic_secret_0 | ssl_fc_early_exporter_secret ; session ; 2.2 ; ; str
  ssl_fc_crtname ; session ; 3.4 ; ; str
  ssl_fc_curve ; session ; 2.9 ; ; str
  ssl_fc_early_rcvd ; session ; 3.3 3.2.8 ; ; bool
  ssl_fc_ecformats_bin | ssl_fc_err_str ; session ; 2.5 ; ; str
  ssl_fc_ech_outer_sni | ssl_fc_ech_status ; session ; 3.3 ; ; str
  ssl_fc_eclist_bin | ssl_fc_extlist_bin ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_err ; session ; 2.5 ; ; sint
  ssl_fc_exporter_secret ; session ; 2.2 ; ; str
  ssl_fc_has_crt | ssl_fc_has_sni | ssl_fc_is_resumed ; session ; ; ; bool
  ssl_fc_has_early ; session ; 1.8 ; ; bool
  ssl_fc_npn | ssl_fc_protocol ; session ; ; ; str
  ssl_fc_protocol_hello_id ; session ; 2.5 ; ; sint
  ssl_fc_server_handshake_traffic_secret | ssl_fc_server_traffic_secret_0 ; session ; 2.2 ; ; str
  ssl_fc_server_random ; session ; 2.0 ; ; bin
  ssl_fc_session_id | ssl_fc_unique_id ; session ; ; ; bin
  ssl_fc_session_key ; session ; 1.9 ; ; bin
  ssl_fc_sigalgs_bin | ssl_fc_supported_versions_bin ; session ; 3.1 ; 0..1 sint ; bin
  ssl_fc_sni ; session ; ; ; str
  ssl_fc_use_keysize ; session ; ; ; sint
  ssl_ocsp_certid | ssl_ocsp_certname | ssl_ocsp_status_str ; answered ; 2.8 -3.0 ; ; str
  ssl_ocsp_fail_cnt | ssl_ocsp_status | ssl_ocsp_success_cnt ; answered ; 2.8 -3.0 ; ; sint
  ssl_s_chain_der ; session ; 2.3 2.2.6 ; ; bin
  ssl_s_der | ssl_s_serial | ssl_s_sha1 ; session ; 2.2 ; ; bin
  ssl_s_i_dn | ssl_s_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_s_key_alg | ssl_s_notafter | ssl_s_notbefore | ssl_s_sig_alg ; session ; 2.2 ; ; str
  ssl_s_version ; session ; 2.2 ; ; sint
  status ; answered ; ; ; sint
  stopping ; process ; ; ; bool
  str ; always ; 2.4 ; 0..1 str ; str
  str ; process ; ; 0..1 str ; str
  table_avl | table_cnt ; process ; ; 1 tab ; sint
  term_events ; process ; 3.2 ; ; str
  tgroup ; always ; 3.4 ; ; sint
  thread ; always ; 2.4 ; ; sint
  thread ; process ; 1.8 ; ; sint
  txn.conn_retries | txn.status ; answered ; 2.9 ; ; sint
  txn.id32 ; process ; 2.9 ; ; sint
  txn.redispatched ; answered ; 3.0 ; ; bool
  txn.sess_term_state ; process ; 2.9 ; ; str
  txn.timer.total | txn.timer.user ; kept-request ; 2.9 ; ; sint
  unique-id ; client ; 1.7 ; ; str
  uptime ; always ; 3.0 ; ; sint
  url ; request ; ; ; str
  url32 ; request ; ; ; sint
  url32+src ; request ; ; ; bin
  url_ip ; request ; ; ; ipv4
  url_param | urlp ; request ; 2.8 ; 0..3 str ; str
  url_param | urlp ; request ; ; 0..2 str ; str
  url_port ; request ; ; ; sint
  urlp_val ; request ; 2.8 ; 0..3 str ; sint
  urlp_val ; request ; ; 0..2 str ; sint
  uuid ; always ; 2.4 ; 0..1 sint ! ; str
  uuid ; process ; 2.1 ; 0..1 sint ! ; str
  var ; always ; 2.4 ; 1 str ! ; str
  var ; always ; 2.5 ; 1..2 str ! ; any
  var ; client ; ; 1 str ! ; str
  wait_end ; process ; ; ; bool
  waiting_entity ; process ; 3.1 ; ; str
`,
);
