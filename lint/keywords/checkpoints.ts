import { branchOrder } from '../../lib/haproxy/version/branches';

/**
 * The points in a request's life at which a sample may be read, in their order, and the samples available at each.
 *
 * Source: the table `fetch_cap` of `src/sample.c`, the same on every branch.
 */
const ORDER = [
  'connection',
  'session',
  'fe-content',
  'fe-request',
  'fe-request-body',
  'switching',
  'be-content',
  'be-request',
  'be-request-body',
  'server-choice',
  'server-connection',
  'be-response-content',
  'be-response',
  'be-response-body',
  'store',
  'fe-response-content',
  'fe-response',
  'fe-response-body',
  'log',
] as const;

/** A point at which a sample may be read. */
type Checkpoint = (typeof ORDER)[number] | 'check' | 'config';

const span = (from: Checkpoint, to: Checkpoint, ...more: Checkpoint[]): ReadonlySet<Checkpoint> =>
  new Set([...ORDER.slice(ORDER.indexOf(from as never), ORDER.indexOf(to as never) + 1), ...more]);

/** Where samples of each origin are available. */
const AVAILABLE: Readonly<Record<string, ReadonlySet<Checkpoint>>> = {
  always: span('connection', 'log', 'check', 'config'),
  process: span('connection', 'log', 'check'),
  client: span('connection', 'log', 'check'),
  session: span('session', 'log'),
  request: span('fe-content', 'server-connection'),
  'raw-request': span('fe-content', 'server-connection'),
  'kept-request': span('fe-content', 'log'),
  'request-body': span('fe-request-body', 'server-connection'),
  backend: span('be-content', 'log', 'check'),
  server: span('server-connection', 'log', 'check'),
  answered: span('be-response-content', 'log', 'check'),
  'raw-response': span('be-response-content', 'fe-response-body', 'check'),
  response: span('be-response-content', 'fe-response-body', 'check'),
  'response-body': new Set<Checkpoint>([
    'be-response-body',
    'store',
    'fe-response-content',
    'fe-response',
    'fe-response-body',
    'check',
  ]),
  final: span('server-choice', 'log'),
  statistics: span('log', 'log'),
};

/** Whether a sample of one of these origins is available at one of these checkpoints. */
export function isAvailable(origins: readonly string[], checkpoints: readonly Checkpoint[]): boolean {
  return origins.some((origin) => checkpoints.some((checkpoint) => AVAILABLE[origin]?.has(checkpoint)));
}

/** Whether samples of an origin of that name exist. */
export const isOrigin = (name: string): boolean => Object.hasOwn(AVAILABLE, name);

/** The checkpoints behind the name of a place in the tables, in a frontend and in a backend. */
const CHECKPOINTS: Readonly<Record<string, readonly [Checkpoint?, Checkpoint?]>> = {
  'http-request': ['fe-request', 'be-request'],
  'http-response': ['fe-response', 'be-response'],
  'http-after-response': ['fe-response', 'be-response'],
  'tcp-request/connection': ['connection'],
  'tcp-request/session': ['session'],
  'tcp-request/content': ['fe-content', 'be-content'],
  'tcp-response/content': ['fe-response-content', 'be-response-content'],
  use_backend: ['switching', 'switching'],
  'use-server': ['server-choice', 'server-choice'],
  stick: ['server-choice', 'server-choice'],
  store: ['store', 'store'],
  log: ['log', 'log'],
  config: ['config', 'config'],
  check: ['check', 'check'],
  'server-connection': ['server-connection', 'server-connection'],
};

/** Whether a place of that name has checkpoints. */
export const isPlace = (name: string): boolean => Object.hasOwn(CHECKPOINTS, name);

/**
 * The checkpoints of a place in a section of a kind; those of a frontend alone for a `listen` section up to
 * 2.4; undefined where they are not known.
 */
export function checkpointsOf(
  place: string | undefined,
  kind: string,
  branch: string,
): readonly Checkpoint[] | undefined {
  const both = place === undefined ? undefined : CHECKPOINTS[place];
  if (both === undefined) {
    return undefined;
  }
  const sides =
    kind === 'frontend' || (kind === 'listen' && branchOrder(branch) < branchOrder('2.5'))
      ? both.slice(0, 1)
      : kind === 'backend'
        ? both.slice(1)
        : both;
  return sides.flatMap((checkpoint) => checkpoint ?? []);
}
