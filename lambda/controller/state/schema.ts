import { INCIDENT_EVENTS } from '../../../lib/contract/incident-event';
import { RECORD_TYPES } from '../../../lib/contract/probe';
import { VERDICTS } from '../../../lib/contract/verdicts';
import { isObject } from '../domain/guards';
import { SEVERITY_LEVELS } from '../domain/severity';

/** The shape of a stored value: a small part of JSON Schema, as data. */
type Shape =
  | 'text'
  /** A whole number that is not negative. */
  | 'count'
  | 'number'
  | 'boolean'
  | readonly ['one-of', ...string[]]
  | readonly ['list', Shape]
  | readonly ['tuple', ...Shape[]]
  /** An object. A name that ends with `?` may be missing. */
  | { readonly [name: string]: Shape };

const SEVERITY: Shape = ['one-of', ...Object.keys(SEVERITY_LEVELS)];
const KIND: Shape = ['one-of', ...Object.keys(VERDICTS)];

const INCIDENT: Shape = {
  id: 'text',
  proxy: 'text',
  kind: KIND,
  severity: SEVERITY,
  message: 'text',
  'upstream?': 'text',
  'dnsName?': 'text',
  'address?': 'text',
  'section?': 'text',
  'cause?': 'text',
  'owner?': 'text',
  tasks: ['list', 'text'],
  taskCount: 'count',
  'slots?': ['list', 'text'],
  'sessionShare?': 'number',
  live: ['list', 'text'],
  firstSeen: 'number',
  openedAt: 'number',
  ageSeconds: 'number',
  detectionSeconds: 'number',
  remediation: 'text',
  'opsItem?': 'text',
  'suppressed?': 'text',
};

const WATCHED: Shape = {
  kind: KIND,
  'upstream?': 'text',
  'address?': 'text',
  'cause?': 'text',
  'section?': 'text',
  id: 'text',
  severity: SEVERITY,
  'worst?': SEVERITY,
  message: 'text',
  firstSeen: 'number',
  sinceAtLeast: 'number',
  'openedAt?': 'number',
  tasks: ['list', { id: 'text', severity: SEVERITY, firstSeen: 'number', checks: 'count', open: 'boolean' }],
  'owner?': 'text',
  'slots?': ['list', 'text'],
  'sessionShare?': 'number',
  remediation: 'text',
  'opsItem?': 'text',
  events: 'count',
  'lastReported?': 'text',
};

const NAME: Shape = {
  dnsName: 'text',
  since: 'number',
  addresses: [
    'list',
    {
      address: 'text',
      'namedSince?': 'number',
      'namedAt?': 'number',
      seenAt: 'number',
      'unnamedAt?': 'number',
      'interfaceAt?': 'number',
    },
  ],
  'interfaces?': { at: 'number', addresses: ['list', 'text'] },
  'ttlSeconds?': 'number',
  'fullAt?': 'number',
  silent: ['list', ['tuple', ['one-of', ...RECORD_TYPES], 'number']],
};

const SECTION: Shape = ['tuple', 'text', 'number', 'number'];

/** `ProxyState`. */
export const STATE_SCHEMA: Shape = {
  'proxy?': 'text',
  'checkedAt?': 'number',
  names: ['list', NAME],
  watched: ['list', WATCHED],
  samples: [
    'list',
    {
      at: 'number',
      tasks: [
        'list',
        { task: 'text', uptimeSeconds: 'number', sections: ['list', SECTION], 'viewQueries?': ['list', SECTION] },
      ],
    },
  ],
  replaced: ['list', { task: 'text', at: 'number' }],
  'listing?': {
    at: 'number',
    service: 'text',
    tasks: [
      'list',
      {
        id: 'text',
        'startedAt?': 'number',
        'revision?': 'text',
        'host?': 'text',
        'ports?': ['list', ['tuple', 'number', 'number']],
      },
    ],
    'outdated?': 'boolean',
  },
  missingTasks: ['list', 'text'],
  repairs: [
    'list',
    {
      at: 'number',
      findings: ['list', 'text'],
      incidents: ['list', 'text'],
      'overSince?': 'number',
      'dryRun?': 'boolean',
    },
  ],
  unsent: [
    'list',
    { eventId: 'text', change: ['one-of', ...Object.keys(INCIDENT_EVENTS)], at: 'number', incident: INCIDENT },
  ],
  'droppedEvents?': 'count',
  'history?': {
    since: 'number',
    'wholeAt?': 'number',
    'gap?': { from: 'number', why: 'text' },
    blind: ['list', { from: 'number', until: 'number', why: 'text' }],
    ended: [
      'list',
      {
        id: 'text',
        kind: KIND,
        severity: SEVERITY,
        message: 'text',
        'upstream?': 'text',
        'address?': 'text',
        taskCount: 'count',
        firstSeen: 'number',
        openedAt: 'number',
        overAt: 'number',
      },
    ],
  },
};

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
};

/** Whether a value that was parsed from JSON has a shape. */
export function fits(shape: Shape, value: unknown): boolean {
  if (typeof shape === 'string') {
    return IS[shape]!(value);
  }
  if (!Array.isArray(shape)) {
    return isObject(value) && objectFits(shape as { readonly [name: string]: Shape }, value);
  }
  const [form, ...parts] = shape as readonly [string, ...Shape[]];
  switch (form) {
    case 'one-of':
      return (parts as readonly unknown[]).includes(value);
    case 'list':
      return Array.isArray(value) && value.every((one) => fits(parts[0]!, one));
    default:
      return Array.isArray(value) && value.length === parts.length && parts.every((part, i) => fits(part, value[i]));
  }
}

function objectFits(shape: { readonly [name: string]: Shape }, value: Record<string, unknown>): boolean {
  for (const [key, part] of Object.entries(shape)) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    if (!Object.hasOwn(value, name)) {
      if (!optional) {
        return false;
      }
      continue;
    }
    if (!fits(part, value[name])) {
      return false;
    }
  }
  // Names of a newer version do no harm: going back to an older one must not lose incidents.
  return true;
}
