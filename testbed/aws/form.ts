/** A form whose names have dots in them, as the tree that the dots describe. */
export interface Tree {
  [step: string]: Tree | string;
}

/** Turns `{ 'Names.member.1': 'a' }` into `{ Names: { member: { 1: 'a' } } }`. */
export function treeOf(form: Record<string, string>): Tree {
  const root: Tree = {};
  for (const [name, value] of Object.entries(form)) {
    const steps = name.split('.');
    const leaf = steps.pop() as string;
    let node = root;
    for (const step of steps) {
      node[step] ??= {};
      node = node[step] as Tree;
    }
    node[leaf] = value;
  }
  return root;
}
