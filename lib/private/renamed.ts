/** Properties of earlier releases, which are also keys of the spec file, and their names now. */
export const RENAMED: Readonly<Record<string, string>> = {
  frontDoor: 'ingress',
  executeCommand: 'enableExecuteCommand',
  maxBodyBytes: 'maxBodySize',
  maxHeaderBytes: 'maxHeaderSize',
};
