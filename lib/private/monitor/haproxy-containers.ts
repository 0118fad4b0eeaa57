import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging, Reference, Token, Tokenization } from 'aws-cdk-lib';
import { CfnRepository } from 'aws-cdk-lib/aws-ecr';
import { type BaseService, ContainerDefinition } from 'aws-cdk-lib/aws-ecs';

/** Whether a container of a service is HAProxy, as far as names say it: of the container, its image or its Dockerfile. */
export function runsHaproxy({ taskDefinition }: BaseService): boolean {
  const below = taskDefinition.node.findAll().filter((one) => one instanceof ContainerDefinition);
  // A container need not be below its task definition.
  const containers = new Set([...below, ...[taskDefinition.defaultContainer ?? []].flat()]);
  return [...containers].some((container) => {
    const { containerName, imageName } = container;
    return [containerName, ...namesOf(imageName), ...instructionsOf(container)].some(isHaproxy);
  });
}

/** An exporter of metrics has the name of what it asks. */
function isHaproxy(name: string): boolean {
  return /haproxy/i.test(name) && !/exporter/i.test(name);
}

const TOKEN_MARK = /\$\{Token\[.*?\]\}/g;

/** An image without its registry, tag and digest, and the repositories of the app that it is from. */
function namesOf(imageName: string): string[] {
  const path = imageName
    .replace(TOKEN_MARK, '')
    .replace(/^[^/]*[.:][^/]*\//, '')
    .replace(/[:@][^/]*$/, '');
  const targets = Tokenization.reverseString(imageName).tokens.flatMap((token) => {
    return Reference.isReference(token) ? [token.target] : [];
  });
  const repositories = targets.filter((target) => target instanceof CfnRepository);
  return [path, ...repositories.flatMap(namesOfRepository)];
}

function namesOfRepository({ node, repositoryName }: CfnRepository): string[] {
  const id = node.id === 'Resource' ? node.scope!.node.id : node.id;
  return repositoryName === undefined || Token.isUnresolved(repositoryName) ? [id] : [id, repositoryName];
}

/** What the Dockerfile of a container builds from, installs and starts. */
function instructionsOf(container: ContainerDefinition): string[] {
  const stagings = container.node.findAll().filter((one) => one instanceof AssetStaging);
  const files = stagings.map(({ absoluteStagedPath }) => join(absoluteStagedPath, 'Dockerfile')).filter(existsSync);
  return files.flatMap((file) => {
    const lines = readFileSync(file, 'utf8')
      .replace(/\\\r?\n/g, ' ')
      .split('\n');
    return lines.filter((line) => /^\s*(FROM|RUN|CMD|ENTRYPOINT)\s/i.test(line));
  });
}
