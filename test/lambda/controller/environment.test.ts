import { readEnvironment } from '../../../lambda/controller/environment';

const WHOLE = {
  REGISTRY_PATH: '/cdk-haproxy-elb/fleet',
  MONITOR_NAME: 'fleet',
  STATE_TABLE: 'states',
  INTERVAL_SECONDS: '60',
  BLIND_AFTER_SECONDS: '900',
  LOG_GROUP: 'checker',
};

test('the variables of the controller are read, and no others', () => {
  expect(readEnvironment({ ...WHOLE, REPAIR: 'dry-run', OPS_ITEMS: '', PATH: '/bin' })).toEqual({
    ...WHOLE,
    REPAIR: 'dry-run',
  });
});

test('one line names all that is missing or wrong', () => {
  const { STATE_TABLE: _, ...rest } = WHOLE;
  expect(() => readEnvironment({ ...rest, INTERVAL_SECONDS: '1m', REGISTRY_PATH: 'x/', REPAIR: 'on' })).toThrow(
    "the environment of the function is wrong: REGISTRY_PATH is 'x/' (a path of Parameter Store that starts with '/' and does not end with one); STATE_TABLE is missing (a text that is not blank); INTERVAL_SECONDS is '1m' (a number of seconds above 0); REPAIR is 'on' (redeploy or dry-run): deploy the monitor again",
  );
});
