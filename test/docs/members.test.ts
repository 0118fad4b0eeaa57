import { PAGES, textOf } from './markdown';

const API = textOf('API.md');
/** Every class, property and method, as `CLASS` and `CLASS.MEMBER`. */
const KNOWN = new Set(
  [...API.matchAll(/id="cdk-haproxy-elb\.(\w+(?:\.\w+)*)"/g)].map(([, id]) => id!.replace('.property.', '.')),
);

/** The changelog names removed members. */
const CURRENT = PAGES.filter((page) => page !== 'CHANGELOG.md');

test.each([...CURRENT, 'API.md'])('%s names no member that a class does not have', (page) => {
  const named = [...textOf(page).matchAll(/(?<![\w.-])(\w+)\.(\w+)/g)].filter(([, type]) => KNOWN.has(type!));
  expect(named.map(([member]) => member).filter((member) => !KNOWN.has(member!))).toEqual([]);
});
