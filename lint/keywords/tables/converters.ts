import { table } from '../keyword';

/** Converters: what they take, life, arguments, what they give. */
export const CONVERTERS = table(
  'converter',
  'manual 7.3.1, sample_conv_kw_list',
  `
  add ; sint ; ; 1 str ! ; sint
  add_item ; str ; 2.6 ; 2..3 str ! ; str
  aes_cbc_dec | aes_cbc_enc ; bin ; 3.4 ; 3..4 sint str ! ; bin
  aes_gcm_dec ; bin ; 2.0 ; 4 sint str ! ; bin
  aes_gcm_dec | aes_gcm_enc ; bin ; 3.3 ; 4..5 sint str ! ; bin
  aes_gcm_enc ; bin ; 3.0 ; 4 sint str ! ; bin
  and ; sint ; ; 1 str ! ; sint
  b64dec ; str ; 1.8 ; ; bin
  base2 ; bin ; 3.3 3.2.5 ; ; str
  base64 ; bin ; ; ; str
  be2dec | be2hex ; bin ; 2.5 ; 1..3 str sint ! ; str
  bool ; sint ; ; ; bool
  bytes ; bin ; 2.9 ; 1..2 str ! ; bin
  bytes ; bin ; ; 1..2 sint ; bin
  capture-req | capture-res ; str ; ; 1 sint ; str
  concat ; str ; 1.9 ; 1..3 str ! ; str
  cpl ; sint ; ; ; sint
  crc32 ; bin ; ; 0..1 sint ; sint
  crc32c ; bin ; 1.9 ; 0..1 sint ; sint
  cut_crlf ; str ; 2.2 ; ; str
  date ; str ; 3.1 ; ; sint
  debug ; any ; 2.2 ; 0..2 str ! ; same
  digest ; bin ; 2.2 ; 1 str ! ; bin
  div ; sint ; ; 1 str ! ; sint
  djb2 ; bin ; ; 0..1 sint ; sint
  eth.data | eth.dst | eth.hdr | eth.src ; bin ; 3.4 ; ; bin
  eth.proto | eth.vlan ; bin ; 3.4 ; ; sint
  even ; sint ; ; ; bool
  fe_exists ; str ; 3.4 ; ; bool
  field ; str ; 1.9 ; 2..3 sint str sint ! ; str
  field ; str ; ; 2 sint str ! ; str
  fix_is_valid ; bin ; 2.4 ; ; bool
  fix_tag_value ; bin ; 2.4 ; 1 str ! ; bin
  has_ctl ; bin ; 3.5 3.4.4 3.2.23 ; 0..1 str ; bool
  hex ; bin ; ; ; str
  hex2i ; str ; 1.8 ; ; sint
  hmac ; bin ; 2.2 ; 2 str ! ; bin
  host_only ; str ; 2.7 2.6.5 ; ; str
  htonl ; sint ; 2.2 ; ; bin
  http_date ; sint ; 2.1 ; 0..2 sint str ! ; str
  http_date ; sint ; ; 0..1 sint ; str
  iif ; bool ; 2.3 ; 2 str ; str
  in_table ; any ; 1.7 ; 1 tab ; bool
  in_table ; str ; ; 1 tab ; bool
  ip.data | ip.hdr ; bin ; 3.4 ; ; bin
  ip.df | ip.proto | ip.tos | ip.ttl | ip.ver ; bin ; 3.4 ; ; sint
  ip.dst | ip.src ; bin ; 3.4 ; ; addr
  ip.fp ; bin ; 3.4 ; 0..1 sint ; bin
  ipmask ; addr ; 1.9 ; 1..2 msk4 msk6 ; ipv4
  ipmask ; addr ; 2.9 ; 1..2 msk4 msk6 ; addr
  ipmask ; ipv4 ; ; 1 msk4 ; ipv4
  json ; str ; ; 1 str ! ; str
  json_query ; str ; 2.4 ; 1..2 str ! ; any
  jwt_decrypt_cert | jwt_decrypt_jwk | jwt_decrypt_secret ; bin ; 3.4 ; 1 str ! ; bin
  jwt_header_query | jwt_payload_query ; bin ; 2.5 ; 0..2 str ! ; any
  jwt_verify ; bin ; 2.5 ; 2 str ! ; sint
  jwt_verify_cert ; bin ; 3.3 ; 2 str ! ; sint
  language ; str ; ; 1..2 str ; str
  le2dec ; bin ; 3.3 3.2.5 ; 1..3 str sint ! ; str
  length ; str ; 1.9 ; ; sint
  lower ; str ; ; ; str
  ltime ; sint ; ; 1..2 str sint ; str
  ltrim ; str ; 2.2 ; 1 str ; str
  map | map_beg | map_dir | map_dom | map_end ; str ; ; 1..2 str ! ; str
  map_beg_int | map_dir_int | map_dom_int | map_end_int ; str ; ; 1..2 str sint ! ; sint
  map_beg_ip | map_dir_ip | map_dom_ip | map_end_ip ; str ; ; 1..2 str ! ; addr
  map_beg_key | map_dir_key | map_dom_key | map_end_key ; str ; 3.0 ; 1 str ! ; str
  map_int ; sint ; ; 1..2 str ! ; str
  map_int_int ; sint ; ; 1..2 str sint ! ; sint
  map_int_ip ; sint ; ; 1..2 str ! ; addr
  map_int_key ; sint ; 3.0 ; 1 str ! ; str
  map_ip ; addr ; ; 1..2 str ! ; str
  map_ip_int ; addr ; ; 1..2 str sint ! ; sint
  map_ip_ip ; addr ; ; 1..2 str ! ; addr
  map_ip_key ; addr ; 3.0 ; 1 str ! ; str
  map_reg ; str ; ; 1..2 str ! ; str
  map_reg_int ; str ; ; 1..2 str sint ! ; sint
  map_reg_ip ; str ; ; 1..2 str ! ; addr
  map_reg_key ; str ; 3.0 ; 1 str ! ; str
  map_regm ; str ; 1.7 ; 1..2 str ! ; str
  map_str | map_sub ; str ; ; 1..2 str ! ; str
  map_str_int | map_sub_int ; str ; ; 1..2 str sint ! ; sint
  map_str_ip | map_sub_ip ; str ; ; 1..2 str ! ; addr
  map_str_key | map_sub_key ; str ; 3.0 ; 1 str ! ; str
  mod | mul ; sint ; ; 1 str ! ; sint
  mqtt_field_value ; bin ; 2.4 ; 2 str ! ; str
  mqtt_is_valid ; bin ; 2.4 ; ; bool
  ms_ltime | ms_utime ; sint ; 2.9 ; 1..2 str sint ; str
  nbsrv ; str ; 1.8 ; ; sint
  neg ; sint ; ; ; sint
  not | odd ; sint ; ; ; bool
  or ; sint ; ; 1 str ! ; sint
  param ; str ; 2.8 ; 1..2 str ! ; str
  port_only ; str ; 2.7 2.6.5 ; ; sint
  protobuf ; bin ; 2.0 ; 1..2 pbuf_fnum str ! ; bin
  regsub ; str ; ; 2..3 reg str ! ; str
  reverse | reverse_dom ; str ; 3.4 ; ; str
  rfc7239_field ; str ; 2.8 ; 1 str ; str
  rfc7239_is_valid ; str ; 2.8 ; ; bool
  rfc7239_n2nn | rfc7239_n2np ; str ; 2.8 ; ; any
  rfc7239_nn | rfc7239_np ; any ; 3.1 ; ; str
  rtrim ; str ; 2.2 ; 1 str ; str
  sdbm ; bin ; ; 0..1 sint ; sint
  secure_memcmp ; bin ; 2.2 ; 1 str ! ; bool
  set-var ; any ; 2.6 ; 1..5 str ! ; any
  set-var ; any ; ; 1 str ! ; any
  sha1 ; bin ; 1.8 ; ; bin
  sha2 ; bin ; 2.1 ; 0..1 sint ; bin
  sha2 ; bin ; 2.2 ; 0..1 sint ! ; bin
  srv_is_up ; str ; 3.3 3.2.8 ; ; bool
  srv_queue ; str ; 2.1 ; ; sint
  strcmp ; str ; 1.9 ; 1 str ! ; sint
  sub ; sint ; ; 1 str ! ; sint
  table_bytes_in_rate | table_bytes_out_rate | table_conn_cnt | table_conn_cur ; any ; 1.7 ; 1 tab ; sint
  table_bytes_in_rate | table_bytes_out_rate | table_conn_cnt | table_conn_cur ; str ; ; 1 tab ; sint
  table_clr_gpc ; any ; 3.2 ; 2 sint tab ; sint
  table_clr_gpc0 | table_clr_gpc1 ; any ; 3.2 ; 1 tab ; sint
  table_conn_rate ; any ; 1.7 ; 1 tab ; sint
  table_conn_rate ; str ; ; 1 tab ; sint
  table_expire ; any ; 2.7 2.6.3 ; 1..2 tab sint ; sint
  table_glitch_cnt | table_glitch_rate ; any ; 3.0 ; 1 tab ; sint
  table_gpc | table_gpc_rate | table_gpt ; any ; 2.5 ; 2 sint tab ; sint
  table_gpc0 | table_gpc0_rate | table_gpt0 | table_http_err_cnt | table_http_err_rate ; any ; 1.7 ; 1 tab ; sint
  table_gpc0 | table_gpc0_rate | table_gpt0 | table_http_err_cnt | table_http_err_rate ; str ; ; 1 tab ; sint
  table_gpc1 | table_gpc1_rate ; any ; 1.9 ; 1 tab ; sint
  table_http_fail_cnt | table_http_fail_rate ; any ; 2.4 ; 1 tab ; sint
  table_http_req_cnt | table_http_req_rate ; any ; 1.7 ; 1 tab ; sint
  table_http_req_cnt | table_http_req_rate ; str ; ; 1 tab ; sint
  table_idle ; any ; 2.7 2.6.3 ; 1..2 tab sint ; sint
  table_inc_gpc ; any ; 3.2 ; 2 sint tab ; sint
  table_inc_gpc0 | table_inc_gpc1 ; any ; 3.2 ; 1 tab ; sint
  table_kbytes_in | table_kbytes_out | table_server_id | table_sess_cnt | table_sess_rate ; any ; 1.7 ; 1 tab ; sint
  table_kbytes_in | table_kbytes_out | table_server_id | table_sess_cnt | table_sess_rate ; str ; ; 1 tab ; sint
  table_trackers ; any ; 1.7 ; 1 tab ; sint
  table_trackers ; str ; ; 1 tab ; sint
  tcp.dst | tcp.flags | tcp.options.mss | tcp.options.sack | tcp.options.tsopt ; bin ; 3.4 ; ; sint
  tcp.options.tsval | tcp.options.wscale | tcp.options.wsopt | tcp.seq | tcp.src | tcp.win ; bin ; 3.4 ; ; sint
  tcp.options_list ; bin ; 3.4 ; ; bin
  ub64dec ; str ; 2.4 ; ; bin
  ub64enc ; bin ; 2.4 ; ; str
  ungrpc ; bin ; 2.0 ; 1..2 pbuf_fnum str ! ; bin
  unset-var ; any ; 1.7 ; 1 str ! ; any
  upper | url_dec ; str ; ; ; str
  url_dec ; str ; 2.2 ; 0..1 sint ; str
  url_enc ; str ; 2.4 2.2.7 ; 1 str ! ; str
  us_ltime | us_utime ; sint ; 2.9 ; 1..2 str sint ; str
  utime ; sint ; ; 1..2 str sint ; str
  when ; any ; 3.1 3.0.8 ; 1..3 str ! ; any
  word ; str ; 1.9 ; 2..3 sint str sint ! ; str
  word ; str ; ; 2 sint str ! ; str
  wt6 ; bin ; ; 0..1 sint ; sint
  x509_v_err_str ; sint ; 2.7 ; ; str
  xor ; sint ; ; 1 str ! ; sint
  xxh3 ; bin ; 2.4 ; 0..1 sint ; sint
  xxh32 | xxh64 ; bin ; 1.8 ; 0..1 sint ; sint
`,
);
