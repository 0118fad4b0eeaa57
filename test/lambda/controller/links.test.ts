import { logOf, runbookOf } from '../../../lambda/controller/links';

test('the runbook is the page of the verdict', () => {
  expect(runbookOf('stale-address')).toBe(
    'https://github.com/cdk-haproxy-elb/cdk-haproxy-elb/blob/main/docs/troubleshooting.md#stale-address',
  );
});

test.each([
  ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#logsV2:logs-insights'],
  [
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#logsV2:logs-insights',
  ],
])('the log of a monitor in %s is in the console of its partition', (region, start) => {
  expect(logOf(region, '/aws/lambda/monitor', 'abc').startsWith(`${start}$3FqueryDetail$3D`)).toBe(true);
});

test('the query is about the incident, over a week, and no character of it ends a part of the address', () => {
  const [, detail = ''] = logOf('eu-west-1', "/it's (a) log*", 'abc').split('$3FqueryDetail$3D');
  expect(detail.startsWith("~(end~0~start~-604800~timeType~'RELATIVE~unit~'seconds~editorString~'")).toBe(true);
  const [, query = '', group = ''] = /editorString~'([^~']*)~source~\(~'([^~']*)\)\)$/.exec(detail)!;
  const read = (text: string) => decodeURIComponent(text.replaceAll('*', '%'));
  expect(read(query).split('\n| ')).toContain('filter incident.incidentId = "abc"');
  expect(read(group)).toBe("/it's (a) log*");
});
