import { table } from './fact';

/** The variables of a log format: `%ci` and the like, and the mode that has them. */
export const ALIASES = table(
  'log-alias',
  'manual 8.2.6, logformat_aliases',
  `
  B ; any
  Bi ; any ; 1.6 ~1.6 -2.5
  Bp ; any ; 1.6 ~1.6 -2.5
  CC ; http
  CS ; http
  Ci ; any ; 1.6 ~1.6 -2.5
  Cp ; any ; 1.6 ~1.6 -2.5
  Fi ; any ; 1.6 ~1.6 -2.5
  Fp ; any ; 1.6 ~1.6 -2.5
  H ; any
  HM ; http
  HP ; http
  HPO ; http ; 2.4
  HQ ; http
  HU ; http
  HV ; http
  ID ; any
  OG ; any ; 3.1
  ST ; any
  Si ; any ; 1.6 ~1.6 -2.5
  Sp ; any ; 1.6 ~1.6 -2.5
  T ; any
  TR ; http ; 1.7
  Ta ; http ; 1.7
  Tc ; any
  Td ; any ; 1.7
  Th ; any ; 1.7
  Ti ; http ; 1.7
  Tl ; any
  Tq ; http
  Tr ; http
  Ts ; any
  Tt ; any
  Tu ; any ; 2.2
  Tw ; any
  U ; any
  ac ; any
  b ; any
  bc ; any
  bi ; any
  bp ; any
  bq ; any
  cc ; http ; 1.6 ~1.6 -2.5
  ci ; any
  cp ; any
  cs ; http ; 1.6 ~1.6 -2.5
  f ; any
  fc ; any
  fi ; any
  fp ; any
  ft ; any
  hr ; any
  hrl ; any
  hs ; any
  hsl ; any
  lc ; any
  ms ; any
  o ; any
  pid ; any
  r ; http
  rc ; any
  rt ; any
  s ; any
  sc ; any
  si ; any
  sp ; any
  sq ; any
  sslc ; any
  sslv ; any
  st ; http ; 1.6 ~1.6 -2.5
  t ; any
  tr ; http ; 1.7
  trg ; http ; 1.7
  trl ; http ; 1.7
  ts ; any
  tsc ; any
`,
);

/** The criteria of ACLs that have a name of their own: the sample that they take and the way they match. */
export const CRITERIA = table(
  'criterion',
  'manual 7.3, acl_kw_list',
  `
  base ; base ; ; ; str
  base_beg ; base ; ; ; beg
  base_dir ; base ; ; ; dir
  base_dom ; base ; ; ; dom
  base_end ; base ; ; ; end
  base_len ; base ; ; ; len
  base_reg ; base ; ; ; reg
  base_sub ; base ; ; ; sub
  cook ; req.cook ; ; ; str
  cook_beg ; req.cook ; ; ; beg
  cook_dir ; req.cook ; ; ; dir
  cook_dom ; req.cook ; ; ; dom
  cook_end ; req.cook ; ; ; end
  cook_len ; req.cook ; ; ; len
  cook_reg ; req.cook ; ; ; reg
  cook_sub ; req.cook ; ; ; sub
  hdr ; req.hdr ; ; ; str
  hdr_beg ; req.hdr ; ; ; beg
  hdr_dir ; req.hdr ; ; ; dir
  hdr_dom ; req.hdr ; ; ; dom
  hdr_end ; req.hdr ; ; ; end
  hdr_len ; req.hdr ; ; ; len
  hdr_reg ; req.hdr ; ; ; reg
  hdr_sub ; req.hdr ; ; ; sub
  http_auth_group ; http_auth_group ; ; ; str
  method ; method ; ; ; str
  path ; path ; ; ; str
  path_beg ; path ; ; ; beg
  path_dir ; path ; ; ; dir
  path_dom ; path ; ; ; dom
  path_end ; path ; ; ; end
  path_len ; path ; ; ; len
  path_reg ; path ; ; ; reg
  path_sub ; path ; ; ; sub
  payload ; req.payload ; ; ; bin
  payload_lv ; req.payload_lv ; ; ; bin
  req.ssl_ver ; req.ssl_ver ; ; ; int
  req_rdp_cookie ; req.rdp_cookie ; ; ; str
  req_rdp_cookie_cnt ; req.rdp_cookie_cnt ; ; ; int
  req_ssl_sni ; req.ssl_sni ; ; ; str
  req_ssl_ver ; req.ssl_ver ; ; ; int
  req_ver ; req.ver ; ; ; str
  resp_ver ; res.ver ; ; ; str
  scook ; res.cook ; ; ; str
  scook_beg ; res.cook ; ; ; beg
  scook_dir ; res.cook ; ; ; dir
  scook_dom ; res.cook ; ; ; dom
  scook_end ; res.cook ; ; ; end
  scook_len ; res.cook ; ; ; len
  scook_reg ; res.cook ; ; ; reg
  scook_sub ; res.cook ; ; ; sub
  shdr ; res.hdr ; ; ; str
  shdr_beg ; res.hdr ; ; ; beg
  shdr_dir ; res.hdr ; ; ; dir
  shdr_dom ; res.hdr ; ; ; dom
  shdr_end ; res.hdr ; ; ; end
  shdr_len ; res.hdr ; ; ; len
  shdr_reg ; res.hdr ; ; ; reg
  shdr_sub ; res.hdr ; ; ; sub
  ssl_fc_sni_end ; ssl_fc_sni ; ; ; end
  ssl_fc_sni_reg ; ssl_fc_sni ; ; ; reg
  url ; url ; ; ; str
  url_beg ; url ; ; ; beg
  url_dir ; url ; ; ; dir
  url_dom ; url ; ; ; dom
  url_end ; url ; ; ; end
  url_len ; url ; ; ; len
  url_reg ; url ; ; ; reg
  url_sub ; url ; ; ; sub
  urlp ; urlp ; ; ; str
  urlp_beg ; urlp ; ; ; beg
  urlp_dir ; urlp ; ; ; dir
  urlp_dom ; urlp ; ; ; dom
  urlp_end ; urlp ; ; ; end
  urlp_len ; urlp ; ; ; len
  urlp_reg ; urlp ; ; ; reg
  urlp_sub ; urlp ; ; ; sub
`,
);
