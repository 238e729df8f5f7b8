/** The part of a file system that looking for references needs: folders by name, and where the bytes of a file lie. */

/** Bytes of a file that stand side by side in the partition. */
export interface FilePiece {
  readonly fileOffset: number;
  /** In the partition. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface OpenFile {
  readonly content: Uint8Array;
  /** Ascending; holes have none. */
  readonly pieces: readonly FilePiece[];
  /** Why its bytes may not be changed in place although they can be read. */
  readonly isSealed?: string;
  /** Brings what depends on the bytes (a checksum) up to date: edits of the partition for edits of it. */
  readonly finish?: (edits: readonly PartitionBytes[]) => PartitionBytes[];
}

export interface PartitionBytes {
  readonly byteOffset: number;
  readonly bytes: Uint8Array;
}

export interface FileTree<Node> {
  readonly root: Node;
  /** Names are the same in capitals. */
  readonly isCaseless: boolean;
  /** Undefined for what is no folder, or cannot be read. */
  list(folder: Node): Promise<ReadonlyMap<string, Node> | undefined>;
  /** Undefined for what is no regular file of at most `maxBytes`; a string says why one cannot be read. */
  open(file: Node, maxBytes: number): Promise<OpenFile | string | undefined>;
}

export interface FoundFile<Node> {
  readonly path: string;
  readonly node: Node;
}

/** A pattern that matches more is no honest boot partition. */
const MAX_MATCHES = 64;

/** The same tree, which reads each folder once. */
export function rememberFolders<Node>(tree: FileTree<Node>): FileTree<Node> {
  const listed = new Map<Node, ReadonlyMap<string, Node> | undefined>();
  return {
    ...tree,
    async list(folder) {
      if (!listed.has(folder)) listed.set(folder, await tree.list(folder));
      return listed.get(folder);
    },
  };
}

/** All that a path leads to; a name in it may hold one `*`. */
export async function findFiles<Node>(tree: FileTree<Node>, pattern: string): Promise<FoundFile<Node>[]> {
  let found: FoundFile<Node>[] = [{ path: '', node: tree.root }];
  for (const name of pattern.split('/')) {
    const next: FoundFile<Node>[] = [];
    for (const { path, node } of found) {
      for (const [entry, child] of (await tree.list(node)) ?? []) {
        if (next.length < MAX_MATCHES && matches(entry, name, tree.isCaseless)) {
          next.push({ path: `${path}/${entry}`, node: child });
        }
      }
    }
    found = next;
  }
  return found;
}

function matches(entry: string, name: string, isCaseless: boolean): boolean {
  const [actual, wanted] = isCaseless ? [entry.toLowerCase(), name.toLowerCase()] : [entry, name];
  const star = wanted.indexOf('*');
  if (star < 0) return actual === wanted;
  if (actual.startsWith('.') || actual.length < wanted.length - 1) return false;
  return actual.startsWith(wanted.slice(0, star)) && actual.endsWith(wanted.slice(star + 1));
}
