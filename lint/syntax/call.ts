/** A keyword with its arguments, cut from the front of a text. */
export interface Call {
  readonly name: string;
  /** @default - it has no brackets */
  readonly args?: readonly string[];
  /** The text after it. */
  readonly rest: string;
  /** Its bracket is not closed. */
  readonly unclosed: boolean;
}

/** Cuts `name(args)` off a text. */
export function cutCall(text: string): Call {
  const [name = ''] = /^[^,(\])]*/.exec(text)!;
  if (text[name.length] !== '(') {
    return { name, rest: text.slice(name.length), unclosed: false };
  }
  let depth = 1;
  let quote = '';
  const args: string[] = [];
  let from = name.length + 1;
  for (let i = from; i < text.length; i += 1) {
    const char = text[i]!;
    if (char === '\\') {
      i += 1;
    } else if (quote !== '') {
      quote = char === quote ? '' : quote;
    } else if (char === "'" || char === '"') {
      quote = char;
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')' || char === ',') {
      depth -= char === ')' ? 1 : 0;
      if (depth === 0 || (char === ',' && depth === 1)) {
        args.push(text.slice(from, i));
        from = i + 1;
      }
      if (depth === 0) {
        return {
          name,
          args: args.length === 1 && args[0] === '' ? [] : args,
          rest: text.slice(i + 1),
          unclosed: false,
        };
      }
    }
  }
  return { name, args, rest: '', unclosed: true };
}

/** The text of an argument without its quotes and escapes, as HAProxy 2.2 and later read it. */
export function unquote(arg: string): string {
  return arg.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(['"\\])/gs,
    (_, single, double, char) => single ?? double?.replace(/\\(['"\\])/g, '$1') ?? char,
  );
}
