import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The cache of a checkout, in its folder. */
const CHECKOUT = '.cache';

/**
 * The folder for what is fetched: `.cache` in the current folder where that is a checkout or has one, else one for all
 * folders, in XDG_CACHE_HOME or `~/.cache`.
 *
 * @param name of the part, such as `haproxy`
 */
export function cacheFolder(name: string): string {
  const { XDG_CACHE_HOME } = process.env;
  const shared = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), '.cache');
  return existsSync(CHECKOUT) || existsSync('testbed')
    ? path.resolve(CHECKOUT, name)
    : path.join(shared, 'cdk-haproxy-elb', name);
}
