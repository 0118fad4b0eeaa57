/** A piece of HTML that is safe to put into another. */
export class Html {
  public constructor(private readonly text: string) {}

  public toString(): string {
    return this.text;
  }
}

type Value = string | number | Html | readonly (string | number | Html)[];

/** HTML with values in it: pieces of HTML stay, everything else is text. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const texts = values.map((value) => [value].flat().map(escaped).join(''));
  return new Html(String.raw({ raw: strings }, ...texts));
}

function escaped(value: string | number | Html): string {
  return value instanceof Html
    ? value.toString()
    : String(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
