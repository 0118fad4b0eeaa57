import type { ControllerEnvironment } from '../../lib/contract/environment';

/** What a variable must be, if it is given. */
interface Variable {
  readonly required: boolean;
  readonly is: (value: string) => boolean;
  readonly wanted: string;
}

const isSeconds = (value: string) => /^\d+(\.\d+)?$/.test(value) && Number(value) > 0;
const oneOf = (...values: string[]): Variable => ({
  required: false,
  is: (value) => values.includes(value),
  wanted: values.join(' or '),
});
const text: Variable = { required: true, is: (value) => value.trim() !== '', wanted: 'a text that is not blank' };
const seconds: Variable = { required: true, is: isSeconds, wanted: 'a number of seconds above 0' };

const VARIABLES: Readonly<Record<keyof ControllerEnvironment, Variable>> = {
  REGISTRY_PATH: {
    required: true,
    is: (value) => /^\/.*[^/]$/.test(value),
    wanted: "a path of Parameter Store that starts with '/' and does not end with one",
  },
  MONITOR_NAME: text,
  STATE_TABLE: text,
  INTERVAL_SECONDS: seconds,
  BLIND_AFTER_SECONDS: seconds,
  LOG_GROUP: text,
  DETAILED_METRICS: oneOf('on'),
  REPAIR: oneOf('redeploy', 'dry-run'),
  OPS_ITEMS: oneOf('on'),
};

/**
 * Reads the environment of the controller.
 *
 * @throws one line that names each variable that is missing or wrong, and what it must be
 */
export function readEnvironment(given: Readonly<Record<string, string | undefined>>): ControllerEnvironment {
  const wrong: string[] = [];
  const read: Record<string, string> = {};
  for (const [name, { required, is, wanted }] of Object.entries(VARIABLES)) {
    const value = given[name];
    if (value === undefined || value === '') {
      if (required) {
        wrong.push(`${name} is missing (${wanted})`);
      }
      continue;
    }
    if (!is(value)) {
      wrong.push(`${name} is '${value.slice(0, 100)}' (${wanted})`);
    }
    read[name] = value;
  }
  if (wrong.length > 0) {
    throw new Error(`the environment of the function is wrong: ${wrong.join('; ')}: deploy the monitor again`);
  }
  return read as unknown as ControllerEnvironment;
}
