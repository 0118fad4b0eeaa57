import { InputError } from '../errors';
import { checkModel, type ValidatedModel } from '../model/check';
import { sharesOf } from '../model/check-shares';
import type { HaproxyConfigModel } from '../model/config-model';
import type { HaproxyVersion } from '../version/version';
import { backendSection } from './backend';
import { defaultsSection, globalSection, resolversSection } from './process';
import { rateLimitSections } from './rate-limits';
import { responseSection } from './responses';
import { healthSection, runtimeApiSection } from './service';
import { trafficSection } from './traffic';
import type { Section } from './words';

/** Writes HAProxy configurations. */
export class HaproxyConfig {
  /**
   * The configuration for a version. Pure: the same arguments always give the same text.
   *
   * The sections are in the order of HAProxy's manual. A comment marks each choice that the version forces.
   *
   * @param version the HAProxy version that will read the text
   * @param model what to proxy, and how
   * @returns the text of a configuration file, ending with a newline
   * @throws InputError in one line when a value of the model is not valid: its name, the value given, the values allowed
   */
  public static render(version: HaproxyVersion, model: HaproxyConfigModel): string {
    const checked = checkModel(version, model);
    const sections = [
      globalSection(version, checked),
      defaultsSection(version, checked),
      resolversSection(version, checked),
      trafficSection(version, checked),
      backendSection(version, checked, checked.upstream),
      ...checked.routes.map((route) =>
        route.upstream ? backendSection(version, checked, route.upstream) : responseSection(version, route),
      ),
      ...sharesOf(checked).map((share) => backendSection(version, checked, share.upstream)),
      ...rateLimitSections(checked),
      healthSection(version, checked),
      runtimeApiSection(checked),
    ].filter((section) => section !== undefined);
    const text = withRawLines(sections, checked.rawLines).map(textOf).join('\n\n');
    return `# For HAProxy ${version.branch}. Written by cdk-haproxy-elb: change its input and not this text.\n\n${text}\n`;
  }

  private constructor() {}
}

function textOf({ head, lines }: Section): string {
  return [head, ...lines.filter(Boolean).map((line) => `    ${line}`)].join('\n');
}

function withRawLines(sections: readonly Section[], raw: ValidatedModel['rawLines']): Section[] {
  const heads = sections.map(({ head }) => head);
  for (const [head, lines] of Object.entries(raw)) {
    if (!heads.includes(head)) {
      throw new InputError(`rawLines has the unknown section '${head}': allowed are ${heads.join(', ')}`);
    }
    const broken = lines.find((line) => /[\r\n]/.test(line));
    if (broken !== undefined) {
      throw new InputError(
        `rawLines of '${head}' has ${JSON.stringify(broken)}, which is more than one line: give one item for each line`,
      );
    }
  }
  return sections.map(({ head, lines }) => ({
    head,
    lines: [...lines, ...(Object.hasOwn(raw, head) ? raw[head]! : [])],
  }));
}
