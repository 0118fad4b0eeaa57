import type { ValidatedModel } from '../model/check';
import { partsOf } from '../model/check-shares';
import { HaproxyMode } from '../model/options';
import type { HaproxyVersion } from '../version/version';
import { join, type Line } from './words';

type Shared = Parameters<typeof partsOf>[0];

/** A number from 0 to 99 for each request: a share of N percent has N of them. */
const NUMBER = 'txn.share';
/** The same where the client has none, for the cookie. */
const NEW_NUMBER = 'txn.new_share';

/**
 * Lines that choose among the parts of shared traffic, each for a condition. A part without a usable server leaves its
 * requests to the others, and one of 0 percent gets none. None of these lines where nothing is shared.
 */
export function useBackends(shared: Shared, condition?: string): string[] {
  const parts = partsOf(shared).map(({ percent, upstream: { backend } }) => ({ percent, backend }));
  const last = parts.pop();
  if (last === undefined) {
    return [];
  }
  const use = (backend: string, ...conditions: Line[]) => `use_backend ${backend} if ${join(condition, ...conditions)}`;
  const lines: string[] = [];
  let end = 0;
  for (const { percent, backend } of parts) {
    end += percent;
    lines.push(use(backend, below(end), hasServer(backend)));
  }
  for (const { backend } of parts) {
    lines.push(use(backend, `!${hasServer(last.backend)}`, hasServer(backend)));
  }
  // Where the shares have all, the line for the rest, which follows, gets none.
  return last.backend === shared.upstream?.backend ? lines : [...lines, use(last.backend, below(100))];
}

const below = (end: number) => `{ var(${NUMBER}) -m int lt ${end} }`;
const hasServer = (backend: string) => `{ nbsrv(${backend}) gt 0 }`;

/** Rules that give each request, in TCP mode each connection, its number. */
export function shareRules({ _capabilities: capabilities }: HaproxyVersion, model: ValidatedModel): Line[] {
  const { mode, shareStickiness: { cookie, header, clientAddress } = {} } = model;
  if (!sharesTraffic(model)) {
    return [];
  }
  const set = mode === HaproxyMode.HTTP ? 'http-request set-var' : 'tcp-request content set-var';
  if (clientAddress) {
    // A client of IPv6 changes its address within its network.
    return [`${set}(${NUMBER}) ${hashed(capabilities.ipv6Mask ? 'src,ipmask(32,64)' : 'src')}`];
  }
  const otherwise = `unless { var(${NUMBER}) -m found }`;
  if (cookie !== undefined) {
    return [
      `${set}(${NUMBER}) req.cook_val(${cookie}) if { req.cook(${cookie}) -m reg ^[0-9][0-9]?$ }`,
      `${set}(${NEW_NUMBER}) rand(100) ${otherwise}`,
      `${set}(${NUMBER}) var(${NEW_NUMBER}) ${otherwise}`,
    ];
  }
  return header === undefined
    ? [`${set}(${NUMBER}) rand(100)`]
    : [
        `${set}(${NUMBER}) ${hashed(`req.fhdr(${header})`)} if { req.fhdr(${header}) -m found }`,
        `${set}(${NUMBER}) rand(100) ${otherwise}`,
      ];
}

/** Rules that give a new client its number. A cache between them would give the same one to others. */
export function shareCookieRules(model: ValidatedModel): Line[] {
  const { shareStickiness, listenTls, tlsInFront } = model;
  const cookie = shareStickiness?.cookie;
  if (cookie === undefined || !sharesTraffic(model)) {
    return [];
  }
  const condition = `if { var(${NEW_NUMBER}) -m found }`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${listenTls || tlsInFront ? '; Secure' : ''}`;
  return [
    `http-response add-header Set-Cookie '${cookie}=%[var(${NEW_NUMBER})]; ${attributes}' ${condition}`,
    `http-response add-header Cache-Control private ${condition}`,
  ];
}

/** Neighbouring values get different numbers: the sum alone would not mix its bits (`1`). */
const hashed = (sample: string) => `${sample},crc32(1),mod(100)`;

/** Whether a number decides anything. */
const sharesTraffic = (model: ValidatedModel): boolean =>
  [model, ...model.routes].some(({ shares }) => shares.some(({ percent }) => percent > 0));
