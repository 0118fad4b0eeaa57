import { isAddress } from '../../lib/haproxy/address';

/** A form that a text can have. */
interface Form {
  readonly is: (text: string) => boolean;
  /** The form in words, with its article, for messages. */
  readonly what: string;
  readonly example: string;
}

const pattern = (what: string, example: string, regex: RegExp): Form => ({
  what,
  example,
  is: (text) => regex.test(text),
});

/** The forms that a table names with `match(…)`, or in a list or choice with `<…>`. */
export const FORMS: Readonly<Record<string, Form>> = {
  address: { what: 'an address', example: '10.0.0.1', is: isAddress },
  network: {
    what: 'a network',
    example: '10.0.0.0/8',
    is: (text) => isAddress(text.replace(/\/\d+(\.\d+){0,3}$/, '')),
  },
  count: pattern('a number of 1 or more', '2', /^[1-9]\d*$/),
  factor: {
    what: 'a percentage above 100, or 0',
    example: '150',
    is: (text) => (Number.parseInt(text, 10) || 0) === 0 || Number.parseInt(text, 10) > 100,
  },
  hex: pattern('made of pairs of hexadecimal digits', '0d0a', /^([0-9a-f]{2})+$/i),
  number: pattern('a number', '16', /^(0x[0-9a-fA-F]+|\d+)$/),
  octal: pattern('an octal number', '600', /^[0-7]+$/),
  'rdp-cookie': pattern("'rdp-cookie' or 'rdp-cookie(NAME)'", 'rdp-cookie', /^rdp-cookie(\(.+\)|$)/),
  segment: {
    what: 'a size of 1 to 65535, or of -65535 to -1',
    example: '1400',
    is: (text) => Math.abs(Number.parseInt(text, 10) || 1e9) <= 65_535,
  },
  statuses: pattern('a list of statuses', '200-399', /^\d+(-\d+)?(,\d+(-\d+)?)*$/),
};
