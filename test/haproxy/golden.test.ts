import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HaproxyConfigModel } from '../../lib/haproxy/model/config-model';
import { HaproxyConfig } from '../../lib/haproxy/render/config';
import { BRANCHES } from '../../lib/haproxy/version/branches';
import { HaproxyVersion } from '../../lib/haproxy/version/version';
import {
  fullHttp,
  fullTcp,
  HTTP2,
  identity,
  MINIMAL,
  PER_REQUEST,
  SHARES,
  TCP_IDENTITY,
  TCP_SHARES,
  TCP_ZONE,
  TCP_ZONE_IDENTITY,
  ZONE,
  zoneIdentity,
} from './models';

const FOLDER = path.join(__dirname, '../fixtures/render');

const MODES: Record<string, (version: HaproxyVersion) => HaproxyConfigModel | undefined> = {
  http: fullHttp,
  tcp: fullTcp,
  minimal: () => MINIMAL,
  identity,
  'tcp-identity': () => TCP_IDENTITY,
  shares: () => SHARES,
  'tcp-shares': () => TCP_SHARES,
  'per-request': ({ _capabilities: capabilities }) => (capabilities.doResolve ? PER_REQUEST : undefined),
  zone: ({ _capabilities: capabilities }) => (capabilities.luaWeights ? ZONE : undefined),
  'tcp-zone': ({ _capabilities: capabilities }) => (capabilities.luaWeights ? TCP_ZONE : undefined),
  'zone-identity': (version) => (version._capabilities.luaWeights ? zoneIdentity(version) : undefined),
  'tcp-zone-identity': ({ _capabilities: capabilities }) => (capabilities.luaWeights ? TCP_ZONE_IDENTITY : undefined),
  http2: ({ _capabilities: capabilities }) => (capabilities.http2Upstream ? HTTP2 : undefined),
};

const GOLDEN = BRANCHES.flatMap(({ branch }) => {
  const version = HaproxyVersion.of(branch);
  return Object.entries(MODES).flatMap(([mode, modelOf]) => {
    const model = modelOf(version);
    return model === undefined ? [] : [{ name: `${branch}-${mode}.cfg`, version, model }];
  });
});

describe('the whole text (UPDATE_GOLDEN=1 writes the files)', () => {
  test.each(GOLDEN)('$name', ({ name, version, model }) => {
    const file = path.join(FOLDER, name);
    const text = HaproxyConfig.render(version, model);
    if (process.env.UPDATE_GOLDEN === '1' && !process.env.CI) {
      writeFileSync(file, text);
    }
    expect(existsSync(file)).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('no file is left over from a branch or a mode that is gone', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(GOLDEN.map(({ name }) => name).sort());
  });
});
