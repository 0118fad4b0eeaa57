import type { ValidatedModel } from '../model/check';
import type { ValidatedResponse } from '../model/check-responses';
import type { ValidatedRoute } from '../model/check-upstream';
import type { HaproxyVersion } from '../version/version';
import { join, type Line, quote, quoteText, type Section } from './words';

/** The section of a route that HAProxy answers itself. A backend, so that the order of routes decides. */
export function responseSection({ _capabilities: capabilities }: HaproxyVersion, route: ValidatedRoute): Section {
  const response = route.fixedResponse!;
  return {
    head: `backend ${route.backend}`,
    lines: [
      capabilities.httpRequestReturn
        ? join(`http-request return status ${response.status}`, contentOf(response))
        : `http-request deny deny_status ${response.status}`,
    ],
  };
}

/** The pages for errors of HAProxy, also of the backends, which have none of their own. */
export function errorPageLines({ errorPages }: ValidatedModel): Line[] {
  return errorPages.map((page) => join(`http-error status ${page.status}`, contentOf(page)));
}

/** The words for a body. An empty one needs none. */
export function contentOf({ contentType, body }: ValidatedResponse): Line {
  return body && `content-type ${quote(contentType)} string ${quoteText(body)}`;
}
