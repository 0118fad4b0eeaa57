import { table } from '../keyword';

/** The samples whose criteria may say in their name how they match: `path`, `path_beg` and the like. */
const MATCHED = {
  base: 'base',
  cook: 'req.cook',
  hdr: 'req.hdr',
  path: 'path',
  scook: 'res.cook',
  shdr: 'res.hdr',
  url: 'url',
  urlp: 'urlp',
};

/** The criteria of ACLs with a separate name: their sample and their match method. */
export const CRITERIA = table(
  'criterion',
  'manual 7.3, acl_kw_list',
  `
  http_auth_group ; http_auth_group ; ; ; str
  method ; method ; ; ; str
  payload ; req.payload ; ; ; bin
  payload_lv ; req.payload_lv ; ; ; bin
  req.ssl_ver | req_ssl_ver ; req.ssl_ver ; ; ; int
  req_rdp_cookie ; req.rdp_cookie ; ; ; str
  req_rdp_cookie_cnt ; req.rdp_cookie_cnt ; ; ; int
  req_ssl_sni ; req.ssl_sni ; ; ; str
  req_ver ; req.ver ; ; ; str
  resp_ver ; res.ver ; ; ; str
  ssl_fc_sni_end ; ssl_fc_sni ; ; ; end
  ssl_fc_sni_reg ; ssl_fc_sni ; ; ; reg
  ${Object.entries(MATCHED)
    .flatMap(([name, sample]) => [
      `${name} ; ${sample} ; ; ; str`,
      ...['beg', 'dir', 'dom', 'end', 'len', 'reg', 'sub'].map((how) => `${name}_${how} ; ${sample} ; ; ; ${how}`),
    ])
    .join('\n')}
`,
);
