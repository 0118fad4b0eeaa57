import { XmlNode, XmlText } from '@aws-sdk/xml-builder';

/** How the XML of one protocol differs from that of another. */
export interface XmlStyle {
  /** Name of the elements of a list. @default - a list is its elements, each with the name of the list */
  readonly item?: string;
  /** Name of an element, by the name that the SDK gives to what is in it. */
  readonly nameOf: (name: string) => string;
}

/** Writes an answer as XML. */
export function writeXml(name: string, value: object, style: XmlStyle, namespace?: string): string {
  const root = new XmlNode(name, content(value, style));
  return (namespace === undefined ? root : root.addAttribute('xmlns', namespace)).toString();
}

function content(value: unknown, style: XmlStyle): (XmlNode | XmlText)[] {
  if (Array.isArray(value)) return value.map((item) => new XmlNode(style.item ?? 'member', content(item, style)));
  if (value instanceof Date) return [new XmlText(value.toISOString())];
  if (typeof value !== 'object' || value === null) return [new XmlText(String(value))];
  const present = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return present.flatMap(([name, item]) =>
    (style.item === undefined ? [item].flat() : [item]).map(
      (one) => new XmlNode(style.nameOf(name), content(one, style)),
    ),
  );
}
