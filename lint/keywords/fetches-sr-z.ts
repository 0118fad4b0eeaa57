import { table } from './fact';

/** Sample fetches from sr to z: where the sample is there, life, arguments, type. */
export const FETCHES_SR_Z = table(
  'fetch',
  'manual 7.3, sample_fetch_kw_list',
  `
  server_status ; answered ; 2.9 ; ; sint
  set-cookie ; response ; 1.6 -2.5 ; 0..1 str ; str
  shdr ; response ; ; 0..2 str sint ; str
  shdr_cnt ; response ; ; 0..1 str ; sint
  shdr_ip ; response ; 2.9 ; 0..2 str sint ; addr
  shdr_ip ; response ; ; 0..2 str sint ; ipv4
  shdr_val ; response ; ; 0..2 str sint ; sint
  so_id ; client ; ; ; sint
  so_name ; client ; 2.2 ; ; str
  spoe.engine-id ; process ; 3.1 ; ; str
  src ; client ; 2.9 ; ; addr
  src ; client ; ; ; ipv4
  src_bytes_in_rate ; client ; ; 1 tab ; sint
  src_bytes_out_rate ; client ; ; 1 tab ; sint
  src_clr_gpc ; client ; 2.5 ; 2 sint tab ; sint
  src_clr_gpc0 ; client ; ; 1 tab ; sint
  src_clr_gpc1 ; client ; 1.9 ; 1 tab ; sint
  src_conn_cnt ; client ; ; 1 tab ; sint
  src_conn_cur ; client ; ; 1 tab ; sint
  src_conn_rate ; client ; ; 1 tab ; sint
  src_get_gpc ; client ; 2.5 ; 2 sint tab ; sint
  src_get_gpc0 ; client ; ; 1 tab ; sint
  src_get_gpc1 ; client ; 1.9 ; 1 tab ; sint
  src_get_gpt ; client ; 2.5 ; 2 sint tab ; sint
  src_get_gpt0 ; client ; 1.8 ; 1 tab ; sint
  src_get_gpt0 ; client ; ; 1 tab ; bool
  src_glitch_cnt ; client ; 3.0 ; 1 tab ; sint
  src_glitch_rate ; client ; 3.0 ; 1 tab ; sint
  src_gpc0_rate ; client ; ; 1 tab ; sint
  src_gpc1_rate ; client ; 1.9 ; 1 tab ; sint
  src_gpc_rate ; client ; 2.5 ; 2 sint tab ; sint
  src_http_err_cnt ; client ; ; 1 tab ; sint
  src_http_err_rate ; client ; ; 1 tab ; sint
  src_http_fail_cnt ; client ; 2.4 ; 1 tab ; sint
  src_http_fail_rate ; client ; 2.4 ; 1 tab ; sint
  src_http_req_cnt ; client ; ; 1 tab ; sint
  src_http_req_rate ; client ; ; 1 tab ; sint
  src_inc_gpc ; client ; 2.5 ; 2 sint tab ; sint
  src_inc_gpc0 ; client ; ; 1 tab ; sint
  src_inc_gpc1 ; client ; 1.9 ; 1 tab ; sint
  src_is_local ; client ; 1.7 ; ; bool
  src_kbytes_in ; client ; ; 1 tab ; sint
  src_kbytes_out ; client ; ; 1 tab ; sint
  src_port ; client ; ; ; sint
  src_sess_cnt ; client ; ; 1 tab ; sint
  src_sess_rate ; client ; ; 1 tab ; sint
  src_updt_conn_cnt ; client ; ; 1 tab ; sint
  srv_conn ; process ; ; 1 srv ; sint
  srv_conn_free ; process ; 1.9 ; 1 srv ; sint
  srv_id ; server ; ; ; sint
  srv_is_up ; process ; ; 1 srv ; bool
  srv_iweight ; process ; 2.3 ; 1 srv ; sint
  srv_name ; server ; 2.1 ; ; str
  srv_queue ; process ; 1.8 ; 1 srv ; sint
  srv_sess_rate ; process ; ; 1 srv ; sint
  srv_uweight ; process ; 2.3 ; 1 srv ; sint
  srv_weight ; process ; 2.3 ; 1 srv ; sint
  ssl_bc ; answered ; ; ; bool
  ssl_bc_alg_keysize ; answered ; ; ; sint
  ssl_bc_alpn ; answered ; 1.9 ; ; str
  ssl_bc_cipher ; answered ; ; ; str
  ssl_bc_client_early_traffic_secret ; session ; 3.0 ; ; str
  ssl_bc_client_handshake_traffic_secret ; session ; 3.0 ; ; str
  ssl_bc_client_random ; answered ; 2.0 ; ; bin
  ssl_bc_client_traffic_secret_0 ; session ; 3.0 ; ; str
  ssl_bc_curve ; answered ; 2.9 ; ; str
  ssl_bc_early_exporter_secret ; session ; 3.0 ; ; str
  ssl_bc_err ; answered ; 2.5 ; ; sint
  ssl_bc_err_str ; answered ; 2.5 ; ; str
  ssl_bc_exporter_secret ; session ; 3.0 ; ; str
  ssl_bc_is_resumed ; answered ; 1.9 ; ; bool
  ssl_bc_npn ; answered ; 1.9 ; ; str
  ssl_bc_protocol ; answered ; ; ; str
  ssl_bc_server_handshake_traffic_secret ; session ; 3.0 ; ; str
  ssl_bc_server_random ; answered ; 2.0 ; ; bin
  ssl_bc_server_traffic_secret_0 ; session ; 3.0 ; ; str
  ssl_bc_session_id ; answered ; ; ; bin
  ssl_bc_session_key ; answered ; 1.9 ; ; bin
  ssl_bc_sni ; answered ; 3.3 ; ; str
  ssl_bc_unique_id ; answered ; ; ; bin
  ssl_bc_use_keysize ; answered ; ; ; sint
  ssl_c_ca_err ; session ; ; ; sint
  ssl_c_ca_err_depth ; session ; ; ; sint
  ssl_c_chain_der ; session ; 2.3 ; ; bin
  ssl_c_der ; session ; ; ; bin
  ssl_c_err ; session ; ; ; sint
  ssl_c_i_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_c_i_dn ; session ; ; 0..2 str sint ; str
  ssl_c_key_alg ; session ; ; ; str
  ssl_c_notafter ; session ; ; ; str
  ssl_c_notbefore ; session ; ; ; str
  ssl_c_r_dn ; session ; 2.8 ; 0..3 str sint str ! ; str
  ssl_c_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_c_s_dn ; session ; ; 0..2 str sint ; str
  ssl_c_san ; session ; 3.1 ; ; str
  ssl_c_serial ; session ; ; ; bin
  ssl_c_sha1 ; session ; ; ; bin
  ssl_c_sig_alg ; session ; ; ; str
  ssl_c_used ; session ; ; ; bool
  ssl_c_verify ; session ; ; ; sint
  ssl_c_version ; session ; ; ; sint
  ssl_f_der ; session ; ; ; bin
  ssl_f_i_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_f_i_dn ; session ; ; 0..2 str sint ; str
  ssl_f_key_alg ; session ; ; ; str
  ssl_f_notafter ; session ; ; ; str
  ssl_f_notbefore ; session ; ; ; str
  ssl_f_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_f_s_dn ; session ; ; 0..2 str sint ; str
  ssl_f_serial ; session ; ; ; bin
  ssl_f_sha1 ; session ; ; ; bin
  ssl_f_sig_alg ; session ; ; ; str
  ssl_f_version ; session ; ; ; sint
  ssl_fc ; session ; ; ; bool
  ssl_fc_alg_keysize ; session ; ; ; sint
  ssl_fc_alpn ; session ; ; ; str
  ssl_fc_cipher ; session ; ; ; str
  ssl_fc_cipherlist_bin ; session ; 1.8 ; ; str
  ssl_fc_cipherlist_bin ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_cipherlist_hex ; session ; 1.8 ; ; bin
  ssl_fc_cipherlist_hex ; session ; 2.5 ; 0..1 sint ; bin
  ssl_fc_cipherlist_str ; session ; 1.8 ; ; str
  ssl_fc_cipherlist_str ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_cipherlist_xxh ; session ; 1.8 ; ; sint
  ssl_fc_client_early_traffic_secret ; session ; 2.2 ; ; str
  ssl_fc_client_handshake_traffic_secret ; session ; 2.2 ; ; str
  ssl_fc_client_random ; session ; 2.0 ; ; bin
  ssl_fc_client_traffic_secret_0 ; session ; 2.2 ; ; str
  ssl_fc_crtname ; session ; 3.4 ; ; str
  ssl_fc_curve ; session ; 2.9 ; ; str
  ssl_fc_early_exporter_secret ; session ; 2.2 ; ; str
  ssl_fc_early_rcvd ; session ; 3.3 ; ; bool
  ssl_fc_ecformats_bin ; session ; 2.5 ; ; str
  ssl_fc_ech_outer_sni ; session ; 3.3 ; ; str
  ssl_fc_ech_status ; session ; 3.3 ; ; str
  ssl_fc_eclist_bin ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_err ; session ; 2.5 ; ; sint
  ssl_fc_err_str ; session ; 2.5 ; ; str
  ssl_fc_exporter_secret ; session ; 2.2 ; ; str
  ssl_fc_extlist_bin ; session ; 2.5 ; 0..1 sint ; str
  ssl_fc_has_crt ; session ; ; ; bool
  ssl_fc_has_early ; session ; 1.8 ; ; bool
  ssl_fc_has_sni ; session ; ; ; bool
  ssl_fc_is_resumed ; session ; ; ; bool
  ssl_fc_npn ; session ; ; ; str
  ssl_fc_protocol ; session ; ; ; str
  ssl_fc_protocol_hello_id ; session ; 2.5 ; ; sint
  ssl_fc_server_handshake_traffic_secret ; session ; 2.2 ; ; str
  ssl_fc_server_random ; session ; 2.0 ; ; bin
  ssl_fc_server_traffic_secret_0 ; session ; 2.2 ; ; str
  ssl_fc_session_id ; session ; ; ; bin
  ssl_fc_session_key ; session ; 1.9 ; ; bin
  ssl_fc_sigalgs_bin ; session ; 3.1 ; 0..1 sint ; bin
  ssl_fc_sni ; session ; ; ; str
  ssl_fc_supported_versions_bin ; session ; 3.1 ; 0..1 sint ; bin
  ssl_fc_unique_id ; session ; ; ; bin
  ssl_fc_use_keysize ; session ; ; ; sint
  ssl_ocsp_certid ; answered ; 2.8 -3.0 ; ; str
  ssl_ocsp_certname ; answered ; 2.8 -3.0 ; ; str
  ssl_ocsp_fail_cnt ; answered ; 2.8 -3.0 ; ; sint
  ssl_ocsp_status ; answered ; 2.8 -3.0 ; ; sint
  ssl_ocsp_status_str ; answered ; 2.8 -3.0 ; ; str
  ssl_ocsp_success_cnt ; answered ; 2.8 -3.0 ; ; sint
  ssl_s_chain_der ; session ; 2.3 ; ; bin
  ssl_s_der ; session ; 2.2 ; ; bin
  ssl_s_i_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_s_key_alg ; session ; 2.2 ; ; str
  ssl_s_notafter ; session ; 2.2 ; ; str
  ssl_s_notbefore ; session ; 2.2 ; ; str
  ssl_s_s_dn ; session ; 2.2 ; 0..3 str sint str ! ; str
  ssl_s_serial ; session ; 2.2 ; ; bin
  ssl_s_sha1 ; session ; 2.2 ; ; bin
  ssl_s_sig_alg ; session ; 2.2 ; ; str
  ssl_s_version ; session ; 2.2 ; ; sint
  status ; answered ; ; ; sint
  stopping ; process ; ; ; bool
  str ; always ; 2.4 ; 0..1 str ; str
  str ; process ; ; 0..1 str ; str
  table_avl ; process ; ; 1 tab ; sint
  table_cnt ; process ; ; 1 tab ; sint
  term_events ; process ; 3.2 ; ; str
  tgroup ; always ; 3.4 ; ; sint
  thread ; always ; 2.4 ; ; sint
  thread ; process ; 1.8 ; ; sint
  txn.conn_retries ; answered ; 2.9 ; ; sint
  txn.id32 ; process ; 2.9 ; ; sint
  txn.redispatched ; answered ; 3.0 ; ; bool
  txn.sess_term_state ; process ; 2.9 ; ; str
  txn.status ; answered ; 2.9 ; ; sint
  txn.timer.total ; kept-request ; 2.9 ; ; sint
  txn.timer.user ; kept-request ; 2.9 ; ; sint
  unique-id ; client ; 1.7 ; ; str
  uptime ; always ; 3.0 ; ; sint
  url ; request ; ; ; str
  url32 ; request ; ; ; sint
  url32+src ; request ; ; ; bin
  url_ip ; request ; ; ; ipv4
  url_param ; request ; 2.8 ; 0..3 str ; str
  url_param ; request ; ; 0..2 str ; str
  url_port ; request ; ; ; sint
  urlp ; request ; 2.8 ; 0..3 str ; str
  urlp ; request ; ; 0..2 str ; str
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
