import { InputError } from '../errors';
import { CAPABILITIES } from '../version/capabilities';
import type { HaproxyVersion } from '../version/version';
import type { HaproxyConfigModel, HaproxyResponse } from './config-model';
import { type Complete, checked, complete } from './option';
import { HaproxyMode, RESPONSE } from './options';

/** A response of HAProxy itself, with all values set and checked. */
export interface ValidatedResponse extends Complete<typeof RESPONSE> {
  readonly status: number;
}

const STATUS = { kind: 'count', min: 200, max: 599, about: 'Status.' } as const;
/** What `deny_status` takes on each branch from 1.6 to 2.1 (`haproxy -c`). */
const DENY_STATUSES: readonly number[] = [200, 400, 403, 405, 408, 429, 500, 502, 503, 504];
/** What `http-error` takes on each branch from 2.2 on (`haproxy -c`), without 200. */
const ERROR_STATUSES: readonly number[] = [
  400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 425, 429, 500, 502, 503, 504,
];
/** HAProxy's buffer of 16 KiB without the part that is kept free for headers (`tune.maxrewrite`). */
const MAX_BODY_BYTES = 15_360;
/** HTTP allows no body with them. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** Checks a response of HAProxy itself. */
export function checkResponse(
  version: HaproxyVersion,
  { limits }: Pick<HaproxyConfigModel, 'limits'>,
  given: HaproxyResponse,
  what: string,
): ValidatedResponse {
  checked(STATUS, given.status, `${what}.status`);
  const { status } = given;
  const response = { ...complete(RESPONSE, given, `${what}.`), status };
  const { body = '' } = response;
  if (!version._capabilities.httpRequestReturn) {
    const { since } = CAPABILITIES.httpRequestReturn;
    if (body !== '') {
      throw new InputError(
        `${what}.body needs HAProxy ${since} or later, and this is ${version}, which reads bodies only from files, and the task has none: leave it out`,
      );
    }
    if (!DENY_STATUSES.includes(status)) {
      throw new InputError(
        `${what}.status '${status}' needs HAProxy ${since} or later, and this is ${version}: give one of ${DENY_STATUSES.join(', ')}`,
      );
    }
  }
  if (body !== '' && WITHOUT_BODY.includes(status)) {
    throw new InputError(`${what} has a body, and HTTP allows none with status ${status}: leave it out`);
  }
  const bytes = Buffer.byteLength(body);
  const most = limits?.maxHeaderBytes ?? MAX_BODY_BYTES;
  if (bytes > most) {
    throw new InputError(
      `${what}.body has ${bytes} bytes, and HAProxy's buffer has room for ${most}: give a shorter one, or a larger maxHeaderSize`,
    );
  }
  return response;
}

/** Checks the pages for HAProxy's own errors. */
export function checkErrorPages(version: HaproxyVersion, model: HaproxyConfigModel): ValidatedResponse[] {
  const { errorPages = [], mode } = model;
  if (errorPages.length > 0 && mode === HaproxyMode.TCP) {
    throw new InputError(
      'errorPages applies to requests, which TCP mode does not read: leave it out, or use HTTP mode',
    );
  }
  const pages = errorPages.map((page, i) => checkResponse(version, model, page, `errorPages[${i}]`));
  for (const [i, { status, body }] of pages.entries()) {
    if (!ERROR_STATUSES.includes(status)) {
      throw new InputError(
        `errorPages[${i}].status '${status}' is not an error of HAProxy: give one of ${ERROR_STATUSES.join(', ')}`,
      );
    }
    if (!body) {
      throw new InputError(`errorPages[${i}] has no body: give one`);
    }
    if (pages.findIndex((page) => page.status === status) !== i) {
      throw new InputError(`errorPages has two pages for status ${status}: give one`);
    }
  }
  return pages;
}
