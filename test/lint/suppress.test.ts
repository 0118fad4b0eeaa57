import { HaproxyVersion } from '../../lib/haproxy/version/version';
import { lint } from '../../lint';
import { RULE_IDS } from '../../lint/rules';
import { suppress } from '../../lint/suppress';
import { templateFinding } from '../../lint/template';

/** What is left of the findings of a backend, by rule and line, and how many are silenced. */
function left(...lines: string[]) {
  const text = `${lines.join('\n')}\n`;
  const all = lint(text, HaproxyVersion.V3_2).filter(({ rule }) => rule !== 'incomplete');
  const { findings, ignored } = suppress({ name: 'a.cfg', text }, all, RULE_IDS);
  return {
    left: findings.map(({ rule, line, message }) =>
      rule === 'lint-ignore' ? `${line} ${message}` : `${line} ${rule}`,
    ),
    ignored,
  };
}

const SERVER = 'server s elb.test:80';

test.each([
  [['backend b', `${SERVER} # lint-ignore unresolved-name: it is static`]],
  [['backend b', '# lint-ignore unresolved-name: it is static', SERVER]],
  [['backend b', '  # lint-ignore unresolved-name: it is static', '# more', '', SERVER]],
  [['# lint-ignore-file unresolved-name: it is static', 'backend b', SERVER]],
  [['backend b', SERVER, '#lint-ignore-file unresolved-name : it is static']],
])('a comment silences a rule: %j', (lines) => {
  expect(left(...lines)).toEqual({ left: [], ignored: 1 });
});

test.each([
  [
    ['backend b', '# lint-ignore unresolved-name: static', 'timeout server 1s', SERVER],
    ["2 'unresolved-name' has no finding here: the comment is not needed", '4 unresolved-name'],
  ],
  [
    ['backend b', `${SERVER} # lint-ignore unresolved-name`],
    ['2 unresolved-name', "2 the comment gives no reason for 'unresolved-name'"],
  ],
  [
    ['backend b', `${SERVER} # lint-ignore unresolved-nam: x`],
    ['2 unresolved-name', "2 'unresolved-nam' is not a rule of the linter"],
  ],
  [
    ['backend b', `${SERVER} # lint-ignore`],
    ['2 unresolved-name', '2 the comment names no rule'],
  ],
  [
    ['backend b', `${SERVER} # lint-ignore single-slot: x`],
    ['2 unresolved-name', "2 'single-slot' has no finding here: the comment is not needed"],
  ],
])('what does not silence is said: %j', (lines, findings) => {
  expect(left(...lines)).toEqual({ left: findings, ignored: 0 });
});

test('several rules in one comment, and each one is counted', () => {
  const lines = ['backend b', `${SERVER} chek # lint-ignore unresolved-name, unknown-directive: both`];
  expect(left(...lines)).toEqual({ left: [], ignored: 2 });
});

test.each([
  ['{{ ansible_host }}', 'server s {{ ansible_host }}:80'],
  ['{{name}}', 'server s {{name}}:80'],
  ['{{ range .Servers }}', '{{ range .Servers }}'],
  ['{{- if .Values.tls }}', '{{- if .Values.tls }}'],
  ['{% for s in servers %}', '  {% for s in servers %}'],
  ['{%- endif %}', '{%- endif %}'],
  ['<%= @port %>', 'bind :<%= @port %>'],
  ['<% @servers.each do |s| -%>', '<% @servers.each do |s| -%>'],
])('a template has %s', (mark, line) => {
  expect(templateFinding(`global\n${line}\n`)).toMatchObject({
    rule: 'template',
    severity: 'error',
    line: 2,
    message: `the file is a template, with '${mark}', and is not judged line by line`,
  });
});

test.each([
  'log-format "{ \\"ip\\": \\"%[src]\\", \\"t\\": { \\"a\\": 1 } }"',
  'log-format \'{"a":{"b":"%ci"}}\'',
  '# {{ ansible_managed }}',
  'http-request deny if { path /a } { src 10.0.0.0/8 }',
  'http-request set-header x %{+Q}[src]',
  'acl a hdr(x) -m str <%>',
])('a configuration has none: %s', (line) => {
  expect(templateFinding(`backend b\n${line}\n`)).toBeUndefined();
});
