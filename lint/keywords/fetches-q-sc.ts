import { table } from './fact';

/** Sample fetches from q to sc: where the sample is there, life, arguments, type. */
export const FETCHES_Q_SC = table(
  'fetch',
  'manual 7.3, sample_fetch_kw_list',
  `
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
  req.body_len ; request ; ; ; sint
  req.body_param ; request ; 2.8 ; 0..2 str ; bin
  req.body_param ; request ; ; 0..1 str ; bin
  req.body_size ; request ; ; ; sint
  req.bytes_in ; kept-request ; 3.4 ; ; sint
  req.bytes_in ; process ; 3.3 ; ; sint
  req.bytes_out ; kept-request ; 3.4 ; ; sint
  req.bytes_out ; process ; 3.3 ; ; sint
  req.cook ; request ; ; 0..1 str ; str
  req.cook_cnt ; request ; ; 0..1 str ; sint
  req.cook_names ; request ; 2.9 ; 0..1 str ; str
  req.cook_val ; request ; ; 0..1 str ; sint
  req.fhdr ; request ; ; 0..2 str sint ; str
  req.fhdr_cnt ; request ; ; 0..1 str ; sint
  req.hdr ; request ; ; 0..2 str sint ; str
  req.hdr_cnt ; request ; ; 0..1 str ; sint
  req.hdr_ip ; request ; 2.9 ; 0..2 str sint ; addr
  req.hdr_ip ; request ; ; 0..2 str sint ; ipv4
  req.hdr_names ; request ; ; 0..1 str ; str
  req.hdr_val ; request ; ; 0..2 str sint ; sint
  req.hdrs ; request ; 1.8 ; ; bin
  req.hdrs_bin ; request ; 1.8 ; ; bin
  req.len ; raw-request ; ; ; sint
  req.payload ; raw-request ; ; 2 sint ; bin
  req.payload_lv ; raw-request ; ; 2..3 sint sint str ! ; bin
  req.proto_http ; kept-request ; ; ; bool
  req.rdp_cookie ; raw-request ; ; 0..1 str ; str
  req.rdp_cookie_cnt ; raw-request ; ; 0..1 str ; sint
  req.ssl_alpn ; raw-request ; 2.0 ; ; str
  req.ssl_cipherlist ; raw-request client session ; 3.2 ; ; bin
  req.ssl_ec_ext ; raw-request ; ; ; bool
  req.ssl_hello_type ; raw-request ; ; ; sint
  req.ssl_keyshare_groups ; raw-request client session ; 3.2 ; ; bin
  req.ssl_sigalgs ; raw-request client session ; 3.2 ; ; bin
  req.ssl_sni ; raw-request ; ; ; str
  req.ssl_st_ext ; raw-request ; ; ; sint
  req.ssl_supported_groups ; raw-request client session ; 3.2 ; ; bin
  req.ssl_ver ; raw-request ; ; ; sint
  req.timer.hdr ; request ; 2.9 ; ; sint
  req.timer.idle ; request ; 2.9 ; ; sint
  req.timer.queue ; answered ; 2.9 ; ; sint
  req.timer.tq ; request ; 2.9 ; ; sint
  req.ver ; kept-request ; 3.4 ; ; str
  req.ver ; request ; ; ; str
  req_len ; raw-request ; ; ; sint
  req_proto_http ; kept-request ; ; ; bool
  req_ssl_hello_type ; raw-request ; ; ; sint
  req_ssl_sni ; raw-request ; ; ; str
  req_ssl_ver ; raw-request ; ; ; sint
  req_ver ; kept-request ; 3.4 ; ; str
  req_ver ; request ; ; ; str
  request_date ; kept-request ; 2.9 ; 0..1 str ! ; sint
  res.body ; response ; 2.2 ; ; bin
  res.body_len ; response ; 2.2 ; ; sint
  res.body_size ; response ; 2.2 ; ; sint
  res.bytes_in ; final ; 3.4 ; ; sint
  res.bytes_in ; process ; 3.3 ; ; sint
  res.bytes_out ; final ; 3.4 ; ; sint
  res.bytes_out ; process ; 3.3 ; ; sint
  res.cache_hit ; answered ; 2.3 ; ; bool
  res.cache_name ; answered ; 2.3 ; ; str
  res.comp ; answered ; ; ; bool
  res.comp_algo ; answered ; ; ; str
  res.cook ; response ; ; 0..1 str ; str
  res.cook_cnt ; response ; ; 0..1 str ; sint
  res.cook_names ; response ; 2.9 ; 0..1 str ; str
  res.cook_val ; response ; ; 0..1 str ; sint
  res.fhdr ; response ; ; 0..2 str sint ; str
  res.fhdr_cnt ; response ; ; 0..1 str ; sint
  res.hdr ; response ; ; 0..2 str sint ; str
  res.hdr_cnt ; response ; ; 0..1 str ; sint
  res.hdr_ip ; response ; 2.9 ; 0..2 str sint ; addr
  res.hdr_ip ; response ; ; 0..2 str sint ; ipv4
  res.hdr_names ; response ; ; 0..1 str ; str
  res.hdr_val ; response ; ; 0..2 str sint ; sint
  res.hdrs ; response ; 2.2 ; ; bin
  res.hdrs_bin ; response ; 2.2 ; ; bin
  res.len ; raw-response ; ; ; sint
  res.payload ; raw-response ; ; 2 sint ; bin
  res.payload_lv ; raw-response ; ; 2..3 sint sint str ! ; bin
  res.ssl_hello_type ; raw-response ; ; ; sint
  res.timer.data ; final ; 2.9 ; ; sint
  res.timer.hdr ; response ; 2.9 ; ; sint
  res.ver ; answered ; 3.4 ; ; str
  res.ver ; response ; ; ; str
  resp_ver ; answered ; 3.4 ; ; str
  resp_ver ; response ; ; ; str
  sc0_bytes_in_rate ; process ; ; 0..1 tab ; sint
  sc0_bytes_out_rate ; process ; ; 0..1 tab ; sint
  sc0_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc0_clr_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc0_conn_cnt ; process ; ; 0..1 tab ; sint
  sc0_conn_cur ; process ; ; 0..1 tab ; sint
  sc0_conn_rate ; process ; ; 0..1 tab ; sint
  sc0_get_gpc0 ; process ; ; 0..1 tab ; sint
  sc0_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc0_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc0_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc0_glitch_cnt ; process ; 3.0 ; 0..1 tab ; sint
  sc0_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc0_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc0_gpc1_rate ; process ; 1.9 ; 0..1 tab ; sint
  sc0_http_err_cnt ; process ; ; 0..1 tab ; sint
  sc0_http_err_rate ; process ; ; 0..1 tab ; sint
  sc0_http_fail_cnt ; process ; 2.4 ; 0..1 tab ; sint
  sc0_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc0_http_req_cnt ; process ; ; 0..1 tab ; sint
  sc0_http_req_rate ; process ; ; 0..1 tab ; sint
  sc0_inc_gpc0 ; process ; ; 0..1 tab ; sint
  sc0_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc0_kbytes_in ; client ; ; 0..1 tab ; sint
  sc0_kbytes_out ; client ; ; 0..1 tab ; sint
  sc0_key ; process ; 3.2 ; ; any
  sc0_sess_cnt ; process ; ; 0..1 tab ; sint
  sc0_sess_rate ; process ; ; 0..1 tab ; sint
  sc0_tracked ; process ; ; 0..1 tab ; bool
  sc0_trackers ; process ; ; 0..1 tab ; sint
  sc1_bytes_in_rate ; process ; ; 0..1 tab ; sint
  sc1_bytes_out_rate ; process ; ; 0..1 tab ; sint
  sc1_clr_gpc ; process ; 2.5 ; 1..2 sint tab ; sint
  sc1_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc1_clr_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc1_conn_cnt ; process ; ; 0..1 tab ; sint
  sc1_conn_cur ; process ; ; 0..1 tab ; sint
  sc1_conn_rate ; process ; ; 0..1 tab ; sint
  sc1_get_gpc0 ; process ; ; 0..1 tab ; sint
  sc1_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc1_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc1_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc1_glitch_cnt ; process ; 3.0 ; 0..1 tab ; sint
  sc1_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc1_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc1_gpc1_rate ; process ; 1.9 ; 0..1 tab ; sint
  sc1_http_err_cnt ; process ; ; 0..1 tab ; sint
  sc1_http_err_rate ; process ; ; 0..1 tab ; sint
  sc1_http_fail_cnt ; process ; 2.4 ; 0..1 tab ; sint
  sc1_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc1_http_req_cnt ; process ; ; 0..1 tab ; sint
  sc1_http_req_rate ; process ; ; 0..1 tab ; sint
  sc1_inc_gpc0 ; process ; ; 0..1 tab ; sint
  sc1_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc1_kbytes_in ; client ; ; 0..1 tab ; sint
  sc1_kbytes_out ; client ; ; 0..1 tab ; sint
  sc1_key ; process ; 3.2 ; ; any
  sc1_sess_cnt ; process ; ; 0..1 tab ; sint
  sc1_sess_rate ; process ; ; 0..1 tab ; sint
  sc1_tracked ; process ; ; 0..1 tab ; bool
  sc1_trackers ; process ; ; 0..1 tab ; sint
  sc2_bytes_in_rate ; process ; ; 0..1 tab ; sint
  sc2_bytes_out_rate ; process ; ; 0..1 tab ; sint
  sc2_clr_gpc0 ; process ; ; 0..1 tab ; sint
  sc2_clr_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc2_conn_cnt ; process ; ; 0..1 tab ; sint
  sc2_conn_cur ; process ; ; 0..1 tab ; sint
  sc2_conn_rate ; process ; ; 0..1 tab ; sint
  sc2_get_gpc0 ; process ; ; 0..1 tab ; sint
  sc2_get_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc2_get_gpt0 ; process ; 1.8 ; 0..1 tab ; sint
  sc2_get_gpt0 ; process ; ; 0..1 tab ; bool
  sc2_glitch_cnt ; process ; 3.0 ; 0..1 tab ; sint
  sc2_glitch_rate ; process ; 3.0 ; 0..1 tab ; sint
  sc2_gpc0_rate ; process ; ; 0..1 tab ; sint
  sc2_gpc1_rate ; process ; 1.9 ; 0..1 tab ; sint
  sc2_http_err_cnt ; process ; ; 0..1 tab ; sint
  sc2_http_err_rate ; process ; ; 0..1 tab ; sint
  sc2_http_fail_cnt ; process ; 2.4 ; 0..1 tab ; sint
  sc2_http_fail_rate ; process ; 2.4 ; 0..1 tab ; sint
  sc2_http_req_cnt ; process ; ; 0..1 tab ; sint
  sc2_http_req_rate ; process ; ; 0..1 tab ; sint
  sc2_inc_gpc0 ; process ; ; 0..1 tab ; sint
  sc2_inc_gpc1 ; process ; 1.9 ; 0..1 tab ; sint
  sc2_kbytes_in ; client ; ; 0..1 tab ; sint
  sc2_kbytes_out ; client ; ; 0..1 tab ; sint
  sc2_key ; process ; 3.2 ; ; any
  sc2_sess_cnt ; process ; ; 0..1 tab ; sint
  sc2_sess_rate ; process ; ; 0..1 tab ; sint
  sc2_tracked ; process ; ; 0..1 tab ; bool
  sc2_trackers ; process ; ; 0..1 tab ; sint
  sc_bytes_in_rate ; process ; ; 1..2 sint tab ; sint
  sc_bytes_out_rate ; process ; ; 1..2 sint tab ; sint
  sc_clr_gpc ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_clr_gpc0 ; process ; ; 1..2 sint tab ; sint
  sc_clr_gpc1 ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_conn_cnt ; process ; ; 1..2 sint tab ; sint
  sc_conn_cur ; process ; ; 1..2 sint tab ; sint
  sc_conn_rate ; process ; ; 1..2 sint tab ; sint
  sc_get_gpc ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_get_gpc0 ; process ; ; 1..2 sint tab ; sint
  sc_get_gpc1 ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_get_gpt ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_get_gpt0 ; process ; 1.8 ; 1..2 sint tab ; sint
  sc_get_gpt0 ; process ; ; 1..2 sint tab ; bool
  sc_glitch_cnt ; process ; 3.0 ; 1..2 sint tab ; sint
  sc_glitch_rate ; process ; 3.0 ; 1..2 sint tab ; sint
  sc_gpc0_rate ; process ; ; 1..2 sint tab ; sint
  sc_gpc1_rate ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_gpc_rate ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_http_err_cnt ; process ; ; 1..2 sint tab ; sint
  sc_http_err_rate ; process ; ; 1..2 sint tab ; sint
  sc_http_fail_cnt ; process ; 2.4 ; 1..2 sint tab ; sint
  sc_http_fail_rate ; process ; 2.4 ; 1..2 sint tab ; sint
  sc_http_req_cnt ; process ; ; 1..2 sint tab ; sint
  sc_http_req_rate ; process ; ; 1..2 sint tab ; sint
  sc_inc_gpc ; process ; 2.5 ; 2..3 sint sint tab ; sint
  sc_inc_gpc0 ; process ; ; 1..2 sint tab ; sint
  sc_inc_gpc1 ; process ; 1.9 ; 1..2 sint tab ; sint
  sc_kbytes_in ; client ; ; 1..2 sint tab ; sint
  sc_kbytes_out ; client ; ; 1..2 sint tab ; sint
  sc_key ; process ; 3.2 ; 1 sint ; any
  sc_sess_cnt ; process ; ; 1..2 sint tab ; sint
  sc_sess_rate ; process ; ; 1..2 sint tab ; sint
  sc_tracked ; process ; ; 1..2 sint tab ; bool
  sc_trackers ; process ; ; 1..2 sint tab ; sint
  scook ; response ; ; 0..1 str ; str
  scook_cnt ; response ; ; 0..1 str ; sint
  scook_val ; response ; ; 0..1 str ; sint
`,
);
